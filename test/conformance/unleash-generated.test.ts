import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstDifference, nothingSeen } from './unleash/compare.ts';
import { featureSet } from './unleash/features.arbitrary.ts';
import { nodeSdk } from './unleash/node-sdk.ts';
import { type Answered, answerOf, askCore, record, recorded } from './unleash/yggdrasil.ts';

/** Sets of features to generate; `npm run test:conformance` asks for 2,000. */
const cases = Number(process.env.BURGEE_CASES ?? 100);

/** A Python that has yggdrasil-engine 2.0.0: then Unleash's Rust core is asked itself, and not only its records. */
const python = process.env.BURGEE_YGGDRASIL;

const seed = 20_261_121;
const minutes = 60_000;

test('decides generated features as Unleash’s SDK for Node does', { timeout: 30 * minutes }, () => {
  const seen = nothingSeen();
  for (const set of fc.sample(featureSet(true, 20), { seed, numRuns: cases })) {
    const ask = nodeSdk(set.state);
    const peer = (feature: number, context: number) => ask(set.names[feature]!, set.contexts[context]!);
    expect(firstDifference(set, 'unleash-node', peer, seen)).toBeUndefined();
  }
  expect(seen.compared).toBeGreaterThan(cases * 60);
  expect(seen.on).toBeGreaterThan(seen.compared / 6);
  expect(seen.withVariant).toBeGreaterThan(seen.compared / 12);
});

test('decides as Unleash’s Rust core has answered', () => {
  expect(compareWithCore(recorded())).toBeGreaterThan(1000);
});

if (python !== undefined) {
  test('decides generated features as Unleash’s Rust core does', { timeout: 30 * minutes }, () => {
    const answered = askCore(python, fc.sample(featureSet(false, 20), { seed, numRuns: cases }));
    expect(compareWithCore(answered)).toBeGreaterThan(cases * 60);
    if (process.env.BURGEE_RECORD !== undefined) {
      record(askCore(python, fc.sample(featureSet(false, 10), { seed: seed + 1, numRuns: 30 })));
    }
  });
}

/** How many answers were compared. */
function compareWithCore(answered: readonly Answered[]): number {
  const seen = nothingSeen();
  for (const set of answered) {
    const peer = (feature: number, context: number) => answerOf(set, feature, context);
    expect(firstDifference(set, 'unleash', peer, seen)).toBeUndefined();
  }
  expect(seen.on).toBeGreaterThan(seen.compared / 8);
  return seen.compared;
}
