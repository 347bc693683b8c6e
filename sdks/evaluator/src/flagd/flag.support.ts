import { compile } from '../compile.ts';
import type { CompiledRuleset } from '../compiled.ts';
import { evaluate } from '../evaluate.ts';
import type { Evaluation } from '../evaluation.ts';
import { flagd1 } from '../flagd-1.ts';
import { flagd2 } from '../flagd-2.ts';
import { flagd3 } from '../flagd-3.ts';
import type { Flag, Json } from '../ruleset.ts';

export const NOW: number = Date.parse('2026-06-01T00:00:00.999Z');
export const NAMES: readonly string[] = ['on', 'off', 'true', 'false', '0', '3', 'null', 'a<b', '-0', '1e+21'];
const variants = Object.fromEntries(NAMES.map((name) => [name, name]));

/** A flag whose variants are named like their values. */
export const flagOf = (
  targeting?: unknown,
  defaultVariant: unknown = 'off',
  semantics: Flag['semantics'] = 'flagd-2',
): Flag => ({
  key: 'flag',
  enabled: true,
  type: 'string',
  variants,
  off: null,
  default: null,
  ...(semantics && { semantics }),
  foreign: { state: 'ENABLED', variants, defaultVariant, ...(targeting !== undefined && { targeting }) } as Json,
});
export const compiled = (flag: Flag): CompiledRuleset =>
  compile(
    { format: 1, environment: 'e', version: '1', flags: { flag }, segments: {} },
    { semantics: [flagd1, flagd2, flagd3] },
  );
export const decide = (flag: Flag, context: object = {}): Evaluation =>
  evaluate(compiled(flag), 'flag', context as never, NOW);
/** The variant of a match, the reason or the error code. */
export const outcomeOf = (targeting: unknown, context: object = {}): string | undefined => {
  const { variant, reason, errorCode } = decide(flagOf(targeting), context);
  return errorCode ?? (reason === 'TARGETING_MATCH' ? variant : reason);
};
