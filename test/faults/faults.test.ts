import { afterAll, beforeAll, expect, test } from 'vitest';
import { build } from '../start/burgee-process.ts';
import { faults } from './faults/index.ts';
import { type Bed, makeBed } from './kit/bed.ts';
import { makeNamespace } from './kit/namespace.ts';
import { type Fault, playFault } from './kit/run.ts';
import type { Scale } from './kit/stage.ts';

// FAULTS=F01,F09 FAULT_RUNS=20 BURGEE_SEED=7 FAULTS_WHOLE=1: see README.md
const isWhole = process.env.FAULTS_WHOLE === '1';
const chosen = process.env.FAULTS?.split(',');
const runs = Number(process.env.FAULT_RUNS ?? 1);
const firstSeed = Number(process.env.BURGEE_SEED ?? Date.now() % 100_000);
const withMutants = (process.env.FAULT_MUTANTS ?? (isWhole ? '1' : '0')) === '1';

/** The standing set-up: 2 replicas, 500 flags, 400 evaluations/s, 300 readers, 10 writes/s, 20 s, the fault from 5 to 8 s. */
const share = Number(process.env.FAULTS_LOAD ?? 1);
const whole: Scale = {
  isTimed: true,
  evaluationsPerSecond: 400 * share,
  readers: 300 * share,
  writesPerSecond: 10,
  beforeMs: 5000,
  faultMs: 3000,
  afterMs: 12_000,
};
const short: Scale = {
  isTimed: false,
  evaluationsPerSecond: 60,
  readers: 10,
  writesPerSecond: 5,
  beforeMs: 300,
  faultMs: 600,
  afterMs: 300,
};
const scale = isWhole ? whole : short;

let bed: Bed | undefined;
beforeAll(async () => {
  if (process.env.BURGEE_FAULTS_TREE === undefined) await build();
  bed = await makeBed(isWhole ? 500 : 60);
}, 300_000);
afterAll(() => bed?.remove());

const played = faults.filter(({ id, isShort }) => (chosen === undefined ? isWhole || isShort : chosen.includes(id)));

for (const fault of played)
  for (let run = 0; run < runs; run += 1) {
    const seed = firstSeed + run;
    test(
      `${fault.id} ${fault.title} (seed ${seed})`,
      async (context) => {
        if (bed?.toxiproxy === undefined) return context.skip('there is no toxiproxy');
        const { problems, examples, figures } = await playFault(fault, { bed, scale, seed });
        say(
          `${fault.id} ${problems.length === 0 ? 'passed' : 'FAILED'} ${JSON.stringify(figures)} ${JSON.stringify(problems.slice(0, 5))}`,
        );
        expect({ problems, examples }).toEqual({ problems: [], examples: [] });
      },
      isWhole ? 600_000 : 180_000,
    );
  }

for (const fault of withMutants ? played : [])
  for (const mutant of fault.mutants)
    test(`${fault.id} is failed by the mutant ${mutant}`, async (context) => {
      if (bed === undefined || missing(fault) !== undefined) return context.skip(missing(fault));
      const { problems, figures } = await playFault(fault, { bed, scale, seed: firstSeed, mutant });
      say(
        `${fault.id} ${mutant} ${problems.length === 0 ? 'NOT CAUGHT' : 'caught'} ${JSON.stringify(figures)} ${JSON.stringify(problems.slice(0, 3))}`,
      );
      expect(problems).not.toEqual([]);
    }, 600_000);

/** What a fault needs and cannot be had here, after one loud line of whoever looked for it. */
function missing({ needs }: Fault): string | undefined {
  if (bed?.toxiproxy === undefined) return 'there is no toxiproxy';
  if (needs === undefined) return undefined;
  const namespace = makeNamespace();
  namespace?.remove();
  return namespace === undefined ? 'there are no network namespaces' : undefined;
}

function say(line: string): void {
  process.stderr.write(`${line.slice(0, 1500)}\n`);
}
