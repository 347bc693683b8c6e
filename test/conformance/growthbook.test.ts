import { type CompiledRuleset, compile, type Evaluation, evaluate, type SemanticsName } from '@burgee/evaluator';
import { growthbook1 } from '@burgee/evaluator/growthbook-1';
import { growthbook2 } from '@burgee/evaluator/growthbook-2';
import { growthbook } from '@burgee/importers';
import { GrowthBook } from '@growthbook/growthbook';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Asked } from './growthbook/contexts.ts';
import { type FeatureSet, featureSets } from './growthbook/generate.ts';
import { type PythonPeer, startPythonPeer } from './growthbook/python-peer.ts';

/** Feature sets to compare; BURGEE_CASES asks for more of them in all suites of this folder. */
const CASES = Number(process.env.BURGEE_CASES ?? 100);
const CONTEXTS = 20;

beforeAll(() => {
  // the SDK tells of unknown operators and odd weights
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterAll(() => vi.restoreAllMocks());

test('growthbook-1 decides as the JavaScript SDK 1.8 does', { timeout: 1_800_000 }, () => {
  const seen = new Map<string, number>();
  const dialect = { conditions: true, sticky: true, python: false };
  fc.assert(
    fc.property(featureSets(dialect, CONTEXTS), (set) => {
      const ours = imported(set, 'growthbook-1');
      for (const context of set.contexts) {
        for (const key of Object.keys(set.payload.features)) {
          const theirs = bySdk(set, key, context);
          count(seen, theirs.source);
          expect(inTheirWords(evaluate(ours, key, contextOf(context), 0))).toEqual(theirs);
        }
      }
    }),
    { numRuns: CASES, seed: 20_261_121 },
  );
  expectAll(seen, ['force', 'experiment', 'defaultValue', 'prerequisite', 'cyclicPrerequisite', 'throws']);
});

const python = await startPythonPeer();
if (typeof python === 'string') {
  process.stdout.write(
    `SKIPPED: growthbook-2 is not compared with the Python SDK, which can not be had here: ${python}\n`,
  );
}
afterAll(() => (typeof python === 'string' ? undefined : python.stop()));

test.skipIf(typeof python === 'string')(
  'growthbook-2 decides as the Python SDK 4 does',
  { timeout: 1_800_000 },
  async () => {
    const seen = new Map<string, number>();
    const sets = fc.oneof(
      featureSets({ conditions: true, sticky: false, python: true }, CONTEXTS),
      featureSets({ conditions: false, sticky: true, python: true }, CONTEXTS),
    );
    await fc.assert(
      fc.asyncProperty(sets, async (set) => {
        const ours = imported(set, 'growthbook-2');
        const answers = await (python as PythonPeer).decide(set);
        for (const [i, context] of set.contexts.entries()) {
          for (const key of Object.keys(set.payload.features)) {
            const theirs = fromPython(answers[i]?.[key]);
            count(seen, theirs.source);
            expect(inTheirWords(evaluate(ours, key, contextOf(context), 0))).toEqual(theirs);
          }
        }
      }),
      { numRuns: CASES, seed: 20_261_122 },
    );
    expectAll(seen, ['force', 'experiment', 'defaultValue', 'prerequisite', 'cyclicPrerequisite']);
  },
);

/** The comparison says something only if every way to decide is come by. */
function expectAll(seen: ReadonlyMap<string, number>, sources: readonly string[]): void {
  if (process.env.BURGEE_CASES) process.stdout.write(`${JSON.stringify(Object.fromEntries(seen))}\n`);
  for (const source of sources) expect(seen.get(source) ?? 0, source).toBeGreaterThan(CASES / 20);
}

function fromPython(answer: Readonly<Record<string, unknown>> = {}): Words {
  const known = Object.entries(answer).filter(([name, value]) => value !== null || name === 'value');
  return { ...Object.fromEntries(known), source: String(answer.source), value: JSON.stringify(stored(answer.value)) };
}

/** A decision in the words of both sides. */
type Words = Record<string, unknown> & { readonly source: string };

function imported({ payload }: FeatureSet, reference: SemanticsName): CompiledRuleset {
  const read = growthbook.read({ text: JSON.stringify(payload), reference });
  expect(read.refused).toEqual([]);
  const flags = Object.fromEntries(read.flags.map(({ flag }) => [flag.key, throughStore(flag)]));
  const ruleset = { format: 1, environment: 'test', version: '1', flags, segments: {} } as const;
  const compiled = compile(ruleset, { semantics: [growthbook1, growthbook2] });
  expect([...compiled.problems]).toEqual([]);
  return compiled;
}

/** Postgres keeps the fields of an object by the length of their names. */
function throughStore<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(throughStore) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).sort(
    ([a], [b]) => Buffer.byteLength(a) - Buffer.byteLength(b) || (a < b ? -1 : 1),
  );
  return Object.fromEntries(fields.map(([name, part]) => [name, throughStore(part)])) as Value;
}

function contextOf({ attributes, sticky, ...extras }: Asked): Record<string, unknown> {
  return { ...attributes, $growthbook: { ...extras, ...(sticky && { stickyBucketAssignmentDocs: sticky }) } };
}

function inTheirWords({ reason, value, metadata = {}, ruleId }: Evaluation): Words {
  if (reason === 'ERROR') return { source: 'throws' };
  const {
    experimentKey,
    variationId,
    variationKey,
    hashUsed,
    stickyBucketUsed,
    leafId,
    banditVersion,
    variationWeights,
  } = metadata;
  const experiment = metadata.source === 'experiment' && {
    ...{ experimentKey, variationId, variationKey, hashUsed, leafId, banditVersion },
    stickyBucketUsed: stickyBucketUsed ?? false,
    variationWeights: typeof variationWeights === 'string' ? JSON.parse(variationWeights) : undefined,
  };
  return { source: String(metadata.source), value: JSON.stringify(value ?? null), ruleId: ruleId ?? '', ...experiment };
}

function bySdk({ payload }: FeatureSet, key: string, asked: Asked): Words {
  const { sticky, ...context } = structuredClone(asked);
  const sdk = new GrowthBook({
    ...structuredClone(payload),
    ...context,
    ...(sticky && { stickyBucketAssignmentDocs: sticky, stickyBucketService: noService as never }),
  } as never);
  try {
    const { value, source, ruleId, experiment, experimentResult: result } = sdk.evalFeature(key);
    return {
      source,
      value: JSON.stringify(stored(value)),
      ruleId,
      ...(source === 'experiment' &&
        result && {
          experimentKey: experiment?.key,
          variationId: result.variationId,
          variationKey: result.key,
          hashUsed: result.hashUsed,
          stickyBucketUsed: result.stickyBucketUsed,
          leafId: result.leafId,
          banditVersion: result.banditVersion,
          variationWeights: result.variationWeights,
        }),
    };
  } catch {
    return { source: 'throws' };
  } finally {
    sdk.destroy();
  }
}

function stored(value: unknown): unknown {
  return throughStore(value ?? null);
}

const noService = { saveAssignments: async () => undefined, getAllAssignments: async () => ({}) };

function count(seen: Map<string, number>, source: string): void {
  seen.set(source, (seen.get(source) ?? 0) + 1);
}
