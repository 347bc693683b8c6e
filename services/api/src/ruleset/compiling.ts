import { compile, type Flag, faultsIn, type Problem, type Ruleset, type Segment } from '@burgee/evaluator';
import { compileOptions } from './compile-options.ts';

/**
 * What is wrong with flags, were they part of this ruleset, as parsing and compiling tell it: also a regular
 * expression, another system's definition, a circle of requirements; by flag key.
 */
export function problemsWith(
  ruleset: Ruleset,
  flags: readonly Flag[],
  segments: readonly Segment[] = [],
): ReadonlyMap<string, readonly Problem[]> {
  const changed: Ruleset = {
    format: 1,
    environment: ruleset.environment,
    version: ruleset.version,
    flags: { ...ruleset.flags, ...byKey(flags) },
    segments: { ...ruleset.segments, ...byKey(segments) },
  };
  const { problems } = compile({ ...changed, faults: faultsIn(changed) }, compileOptions);
  const asked = new Set(flags.map(({ key }) => key));
  return new Map([...problems].filter(([key]) => asked.has(key)));
}

function byKey<T extends { readonly key: string }>(list: readonly T[]): Record<string, T> {
  return Object.fromEntries(list.map((one) => [one.key, one]));
}
