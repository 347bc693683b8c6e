import type { Flag, Json, RegexEngine, Segment, Semantics, SemanticsName, ValueType } from '@burgee/evaluator';
import type { Problem } from '../errors.ts';
import type { Names } from '../queries/names.ts';
import { compileProblems } from './compare.ts';
import { isSegment, leaves } from './shape.ts';

/** What deciding a flag in the browser takes: its semantics, and what it asks on its way. */
export interface Around {
  readonly others: readonly Flag[];
  readonly segments: readonly Segment[];
  readonly semantics: readonly Semantics[];
  readonly regex: RegexEngine;
}

/** What compiling a flag finds wrong, which its shape does not show: an operator of its own language, a bad pattern. */
export async function foreignProblems(flag: Flag): Promise<readonly Problem[]> {
  return compileProblems(flag, await loadAround(flag, { flags: [], segments: [] }, async () => undefined));
}

/** Loads the code of the flag's semantics, stand-ins for the flags it names, and the segments. */
export async function loadAround(
  flag: Flag,
  names: Names,
  readSegment: (key: string) => Promise<Segment | undefined>,
): Promise<Around> {
  const { regexEngine } = await import('@burgee/evaluator/regex');
  const load = entries[flag.semantics ?? 'burgee-1'];
  const text = JSON.stringify(flag);
  const others = names.flags.filter(({ key }) => key !== flag.key && text.includes(JSON.stringify(key))).map(standIn);
  const keys = new Set(
    (flag.rules ?? [])
      .flatMap((rule) => rule.if ?? [])
      .flatMap(leaves)
      .filter(isSegment)
      .map(({ segment }) => segment),
  );
  const segments = await Promise.all([...keys].map(readSegment));
  return {
    others,
    segments: segments.filter((segment) => segment !== undefined),
    semantics: load === undefined ? [] : [await load()],
    regex: regexEngine,
  };
}

/** Each is a chunk of its own: nobody loads another system's code before looking at a flag that follows it. */
const entries: Readonly<Partial<Record<SemanticsName, () => Promise<Semantics>>>> = {
  unleash: async () => (await import('@burgee/evaluator/unleash')).unleash,
  'unleash-node': async () => (await import('@burgee/evaluator/unleash-node')).unleashNode,
  'growthbook-1': async () => (await import('@burgee/evaluator/growthbook-1')).growthbook1,
  'growthbook-2': async () => (await import('@burgee/evaluator/growthbook-2')).growthbook2,
  'flagd-1': async () => (await import('@burgee/evaluator/flagd-1')).flagd1,
  'flagd-2': async () => (await import('@burgee/evaluator/flagd-2')).flagd2,
  'flagd-3': async () => (await import('@burgee/evaluator/flagd-3')).flagd3,
};

/** A flag that serves each of its variants to somebody, in place of one whose rules are not known here. */
function standIn({ key, valueType, variants }: Names['flags'][number]): Flag {
  const values = variants as Readonly<Record<string, Json>>;
  const names = Object.keys(values);
  const share = Math.floor(100_000 / names.length);
  const split = names.map((name, index) => [name, index === 0 ? 100_000 - share * (names.length - 1) : share] as const);
  return {
    key,
    type: valueType as ValueType,
    enabled: true,
    variants: values,
    off: null,
    default: { split },
    salt: `${key}:stand-in`,
  };
}
