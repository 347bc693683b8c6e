import type { Fault } from '../kit/run.ts';
import { crowdingFaults } from './crowding.ts';
import { databaseFaults } from './database.ts';
import { floodFaults } from './flood.ts';
import { networkFaults } from './network.ts';
import { otherFaults } from './others.ts';
import { plantedFaults } from './planted.ts';
import { processFaults } from './process.ts';
import { startingFaults } from './starting.ts';
import { streamFaults } from './streams.ts';

/** All that are played, in the order of their numbers. */
export const faults: readonly Fault[] = [
  ...databaseFaults,
  ...networkFaults,
  ...crowdingFaults,
  ...startingFaults,
  ...plantedFaults,
  ...otherFaults,
  ...processFaults,
  ...floodFaults,
  ...streamFaults,
].toSorted((one, other) => (one.id < other.id ? -1 : 1));
