import { parentPort, workerData } from 'node:worker_threads';
import { decideSpec } from './spec.ts';

parentPort?.postMessage(decideSpec(workerData));
