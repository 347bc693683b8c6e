import { compile, type Flag, type Problem, type Ruleset, type Segment } from '@burgee/evaluator';
import { compileOptions } from './compile-options.ts';

/**
 * What only compiling can tell about flags, were they part of this ruleset: a regular expression, another system's
 * definition, a circle of requirements; by flag key.
 */
export function problemsWith(
  ruleset: Ruleset,
  flags: readonly Flag[],
  segments: readonly Segment[] = [],
): ReadonlyMap<string, readonly Problem[]> {
  const { problems } = compile(
    {
      format: 1,
      environment: ruleset.environment,
      version: ruleset.version,
      flags: { ...ruleset.flags, ...byKey(flags) },
      segments: { ...ruleset.segments, ...byKey(segments) },
    },
    compileOptions,
  );
  const asked = new Set(flags.map(({ key }) => key));
  return new Map([...problems].filter(([key]) => asked.has(key)));
}

function byKey<T extends { readonly key: string }>(list: readonly T[]): Record<string, T> {
  return Object.fromEntries(list.map((one) => [one.key, one]));
}
