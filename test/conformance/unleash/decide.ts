import {
  type CompiledRuleset,
  compile,
  type EvaluationContext,
  evaluate,
  type Flag,
  parseFlag,
  parseRuleset,
  parseSegment,
  type Segment,
} from '@burgee/evaluator';
import { regexEngine } from '@burgee/evaluator/regex';
import { unleash } from '@burgee/evaluator/unleash';
import { unleashNode } from '@burgee/evaluator/unleash-node';
import { type Imported, unleash as importer } from '@burgee/importers';

export type Reference = 'unleash' | 'unleash-node';

/** What Unleash answers: whether the feature is on, and its variant. */
export interface Answer {
  readonly enabled: boolean;
  readonly variant: string;
  readonly payload?: string | undefined;
}

export interface Decided extends Answer {
  /** The payload, or the name, by the flag beside it. */
  readonly companion: unknown;
}

/** A file on the way that a user takes: import, read strictly, compile; then decided as often as one likes. */
export function unleashDecider(file: unknown, reference: Reference) {
  let draws = 0;
  const imported = importer.read({ text: JSON.stringify(file), reference });
  const compiled = compileImported(imported, () => {
    draws++;
    return Math.random();
  });
  const decide = (feature: string, context: EvaluationContext, now = Date.now()): Decided => {
    const { value, metadata = {} } = evaluate(compiled, feature, context, now);
    const { variant = 'disabled', payload } = metadata as { variant?: string; payload?: string };
    const companion = evaluate(compiled, `${feature}~variant`, context, now);
    return { enabled: value === true, variant, payload, companion: companion.value };
  };
  /** undefined: chance was asked, so there is no right answer. */
  const decideSurely = (feature: string, context: EvaluationContext): Decided | undefined => {
    draws = 0;
    const decided = decide(feature, context);
    return draws === 0 ? decided : undefined;
  };
  return { imported, decide, decideSurely };
}

function compileImported({ flags, segments, reference }: Imported, random: () => number): CompiledRuleset {
  const problems = [
    ...flags.map(({ flag }) => ({ key: flag.key, parsed: parseFlag(flag) })),
    ...segments.map(({ segment }) => ({ key: segment.key, parsed: parseSegment(segment) })),
  ].filter(({ parsed }) => !parsed.ok);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const keyed = <Part extends Flag | Segment>(parts: readonly Part[]) =>
    Object.fromEntries(parts.map((part) => [part.key, part]));
  const read = parseRuleset({
    format: 1,
    environment: 'test',
    version: '1',
    flags: keyed(flags.map(({ flag }) => flag)),
    segments: keyed(segments.map(({ segment }) => segment)),
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const semantics = reference === 'unleash' ? [unleash] : [unleashNode];
  const compiled = compile(read.ruleset, { regex: regexEngine, semantics, random });
  if (compiled.problems.size > 0) throw new Error(JSON.stringify([...compiled.problems]));
  return compiled;
}
