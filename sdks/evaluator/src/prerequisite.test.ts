import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from './compile.ts';
import { evaluate, evaluateAll } from './evaluate.ts';
import { prerequisites, problemsOf } from './graph.ts';
import type { Flag, Segment } from './ruleset.ts';
import { booleanFlag, compiledOf } from './sample.support.ts';

function flagsOf(graph: Readonly<Record<string, readonly string[]>>): Map<string, Flag> {
  const requiring = ([key, needed]: [string, readonly string[]]) =>
    [key, booleanFlag({ key, requires: needed.map((flag) => ({ flag, variants: ['on'] })) })] as const;
  return new Map(Object.entries(graph).map(requiring));
}

function prerequisiteFaults(flags: ReadonlyMap<string, Flag>): ReadonlyMap<string, unknown> {
  return problemsOf(flags, new Map(), prerequisites);
}

test('names the flags of a cycle, and not those above or below it', () => {
  const faults = prerequisiteFaults(
    flagsOf({ top: ['a'], a: ['b', 'leaf'], b: ['c'], c: ['a'], leaf: [], other: ['leaf'] }),
  );
  expect([...faults.keys()].sort()).toEqual(['a', 'b', 'c']);
});

test('a flag between two cycles is on neither', () => {
  const faults = prerequisiteFaults(flagsOf({ a: ['a', 'between'], between: ['b'], b: ['c'], c: ['b'] }));
  expect([...faults.keys()].sort()).toEqual(['a', 'b', 'c']);
});

test('is total and quick for a chain of 20,000 flags', () => {
  const chain = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`f${i}`, i === 0 ? [] : [`f${i - 1}`]]));
  const faults = prerequisiteFaults(flagsOf(chain));
  expect(faults.has('f10')).toBe(false);
  expect(faults.has('f11')).toBe(true);
  expect(faults.size).toBe(20_000 - 11);
});

test('a wide graph does not multiply the work', () => {
  const layers = Array.from({ length: 10 }, (_, layer) => Array.from({ length: 20 }, (_, i) => `l${layer}-${i}`));
  const flags = layers.flatMap((keys, layer) =>
    keys.map((key) =>
      booleanFlag({
        key,
        default: 'on',
        requires: (layers[layer - 1] ?? []).map((flag) => ({ flag, variants: ['on'] })),
      }),
    ),
  );
  const compiled = compiledOf(flags);
  const startMs = performance.now();
  const broken = evaluateAll(compiled, {}, 0).filter(({ reason }) => reason === 'ERROR');
  expect(performance.now() - startMs).toBeLessThan(500);
  // Two layers deep costs 20 * 21 = 420 evaluations, three would cost 8,420.
  expect(broken).toHaveLength(7 * 20);
});

test('ends for any graph, and finds a fault in every cycle', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const edges = fc.record(Object.fromEntries(names.map((name) => [name, fc.subarray(names)])));
  fc.assert(
    fc.property(edges, (graph: Readonly<Record<string, readonly string[]>>) => {
      const faults = prerequisiteFaults(flagsOf(graph));
      const reach = (from: string, seen = new Set<string>()): Set<string> => {
        for (const next of graph[from] ?? []) if (!seen.has(next)) reach(next, seen.add(next));
        return seen;
      };
      const compiled = compiledOf([...flagsOf(graph).values()]);
      expect(evaluateAll(compiled, {}, 0)).toHaveLength(names.length);
      return names.every((name) => reach(name).has(name) === faults.has(name));
    }),
  );
});

test('ends for flags in cycles that nobody parsed', () => {
  const names = Array.from({ length: 20 }, (_, i) => `f${i}`);
  const requires = names.map((flag) => ({ flag, variants: ['on', 'off'] }));
  const flags = Object.fromEntries(names.map((key) => [key, booleanFlag({ key, requires, default: 'on' })]));
  const compiled = compile({ format: 1, environment: 'e', version: 'v', flags, segments: {} });
  const decided = evaluateAll(compiled, {}, 0);
  expect(decided).toHaveLength(20);
  expect(evaluateAll(compiled, {}, 0)).toEqual(decided);
});

test('ends for segments in cycles, and for wide graphs of them, that nobody parsed', () => {
  const layer = (depth: number) => Array.from({ length: 20 }, (_, i) => ({ segment: `s${depth}-${i}` }));
  const segmentAt = (depth: number, key: string): Segment => {
    return { key, if: [depth === 9 ? { attr: 'absent', op: 'exists', values: [] } : { any: layer(depth + 1) }] };
  };
  const wide = Array.from({ length: 10 }, (_, depth) =>
    layer(depth).map(({ segment }) => segmentAt(depth, segment)),
  ).flat();
  const circular: Segment = { key: 'circular', if: [{ segment: 'circular' }] };
  const segments = Object.fromEntries([...wide, circular].map((segment) => [segment.key, segment]));
  const asking = (key: string, segment: string) =>
    booleanFlag({ key, rules: [{ id: 'r', if: [{ segment }], serve: 'on' }], default: 'off' });
  const flags = { wide: asking('wide', 's0-0'), circular: asking('circular', 'circular') };
  const compiled = compile({ format: 1, environment: 'e', version: 'v', flags, segments });
  expect(evaluate(compiled, 'wide', {}, 0).errorCode).toBe('PARSE_ERROR');
  expect(evaluate(compiled, 'circular', {}, 0).variant).toBe('off');
});
