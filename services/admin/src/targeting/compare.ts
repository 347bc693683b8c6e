import {
  type CompiledRuleset,
  compile,
  type Evaluation,
  evaluate,
  type Flag,
  faultsIn,
  type Json,
  type RegexEngine,
  type Segment,
  type Semantics,
} from '@burgee/evaluator';
import { stable } from './draft.ts';
import { generator, type Sample } from './sample.ts';

/** Whom a conversion would move, out of how many. */
export interface Comparison {
  readonly total: number;
  readonly alike: number;
  /** The first few of those who would get something else. */
  readonly moved: readonly Moved[];
}

export interface Moved {
  readonly sample: Sample;
  readonly before: Evaluation;
  readonly after: Evaluation;
}

export interface Compared {
  readonly before: Flag;
  readonly after: Flag;
  /** What both ask on their way. */
  readonly others: readonly Flag[];
  readonly segments: readonly Segment[];
  readonly semantics: readonly Semantics[];
  readonly regex: RegexEngine;
}

/** Decides two forms of one flag for the same contexts; what is random is drawn alike for both. */
export function compareFlags({ before, after, ...around }: Compared, samples: readonly Sample[]): Comparison {
  const [one, other] = [ready(before, around), ready(after, around)];
  const differing = samples.flatMap((sample, index): Moved[] => {
    const [was, is] = [decide(one, before.key, sample, index), decide(other, after.key, sample, index)];
    return served(was) === served(is) ? [] : [{ sample, before: was, after: is }];
  });
  return { total: samples.length, alike: samples.length - differing.length, moved: differing.slice(0, shown) };
}

/** Every fault of one flag, as compiling it finds them; those of what it only asks are not its own. */
export function compileProblems(flag: Flag, around: Omit<Compared, 'before' | 'after'>) {
  return ready(flag, around).compiled.problems.get(flag.key) ?? [];
}

const shown = 5;

interface Ready {
  readonly compiled: CompiledRuleset;
  reseed(seed: number): void;
}

function ready(flag: Flag, { others, segments, semantics, regex }: Omit<Compared, 'before' | 'after'>): Ready {
  let random = generator(0);
  const ruleset = {
    format: 1 as const,
    environment: '',
    version: '',
    flags: Object.fromEntries([...others, flag].map((one) => [one.key, one])),
    segments: Object.fromEntries(segments.map((one) => [one.key, one])),
  };
  return {
    compiled: compile({ ...ruleset, faults: faultsIn(ruleset) }, { regex, semantics, random: () => random() }),
    reseed: (seed) => {
      random = generator(seed);
    },
  };
}

function decide({ compiled, reseed }: Ready, key: string, { context, now }: Sample, index: number): Evaluation {
  reseed(index);
  return evaluate(compiled, key, context, now);
}

/** What an application sees: the value, and Unleash's variant with its payload. Reasons and names may differ. */
function served({ value, metadata }: Evaluation): string {
  const { variant, payload } = metadata ?? {};
  return stable([value ?? null, variant ?? null, payload ?? null] as Json);
}
