import type { EvaluationContext } from '../evaluation.ts';
import type { Flag } from '../ruleset.ts';
import { compileLogic, isConstant, type Operators, silent } from './compiler.ts';
import { variantName } from './encode.ts';
import { faultOf, readFlag, runTargeting } from './targeting.ts';
import { isList, isMap, isTrue } from './value.ts';

/** Why a flag decided as it did: each condition of the outer `if`s with its answer, then the result. */
export function explainTargeting(
  flag: Flag,
  context: EvaluationContext,
  now: number,
  operators: Operators,
): readonly string[] {
  const read = readFlag(flag);
  if (read === undefined) return ['the flag has no flagd flag in it'];
  const { targeting, defaultVariant } = read;
  const byDefault = defaultVariant === null ? "the code's default" : `the default variant ${defaultVariant}`;
  if (targeting === undefined) return [`there is no targeting: ${byDefault}`];
  const sentences: string[] = [];
  try {
    const ask = (logic: unknown) => {
      const run = compileLogic(logic, { operators, level: 0, atRoot: true, solved: false, note: silent });
      return { constant: isConstant(run), answer: runTargeting(run, flag.key, context, now) };
    };
    const result = ask(targeting).answer ?? null;
    walk(targeting, (logic) => ask(logic), sentences);
    const variant = result === null ? null : variantName(result);
    sentences.push(`the targeting gives ${shown(result)}: ${variant === null ? byDefault : serves(flag, variant)}`);
  } catch (error) {
    sentences.push(`the targeting can not be finished: ${faultOf(error)}`);
  }
  return sentences;
}

function serves({ variants }: Flag, variant: string): string {
  return Object.hasOwn(variants, variant) ? `variant ${variant}` : 'no variant has that name';
}

type Ask = (logic: unknown) => { readonly constant: boolean; readonly answer: unknown };

/** Follows the `if`s that decide, one inside the other. */
function walk(targeting: unknown, ask: Ask, sentences: string[]): void {
  let logic: unknown = targeting;
  while (isMap(logic)) {
    const [name, second] = Object.keys(logic);
    const args: unknown = name === undefined ? undefined : logic[name];
    if (second !== undefined || (name !== 'if' && name !== '?:') || !isList(args)) return;
    logic = follow(args, ask, sentences);
  }
}

/** The clause that counts. */
function follow(args: readonly unknown[], ask: Ask, sentences: string[]): unknown {
  for (let i = 0; i + 1 < args.length; i += 2) {
    const { constant, answer } = ask(args[i] ?? null);
    if (!constant) sentences.push(`${shown(args[i])} is ${shown(answer)}`);
    if (isTrue(answer)) return args[i + 1];
  }
  return args.length % 2 === 1 ? args.at(-1) : null;
}

const LONGEST = 200;

function shown(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
