import {
  compile,
  type EvaluationContext,
  evaluate,
  evaluateAll,
  explain,
  nextChangeAt,
  outcomes,
  parseFlag,
  parseRuleset,
  parseSegment,
  type Semantics,
} from '@burgee/evaluator';
import { flagd1 } from '@burgee/evaluator/flagd-1';
import { flagd2 } from '@burgee/evaluator/flagd-2';
import { flagd3 } from '@burgee/evaluator/flagd-3';
import { growthbook1 } from '@burgee/evaluator/growthbook-1';
import { growthbook2 } from '@burgee/evaluator/growthbook-2';
import { regexEngine } from '@burgee/evaluator/regex';
import { unleash } from '@burgee/evaluator/unleash';
import { unleashNode } from '@burgee/evaluator/unleash-node';
import type { Make } from './hostile.ts';

const semantics: readonly Semantics[] = [unleash, unleashNode, growthbook1, growthbook2, flagd1, flagd2, flagd3];

export interface Attack {
  readonly document: Make;
  readonly contexts: readonly Make[];
  readonly now: number;
}

/** Reads, compiles and decides; whatever throws, or leaves a trace, is a fault. */
export function survive(attack: Attack): void {
  const { now } = attack;
  const document = attack.document();
  const contexts = attack.contexts.map((make) => make());
  const before = [document, ...contexts].map(picture);
  const parsed = parseRuleset(document);
  for (const part of parts(document)) {
    parseFlag(part);
    parseSegment(part);
  }
  if (parsed.ok) {
    const compiled = compile(parsed.ruleset, { regex: regexEngine, semantics, random: () => 0.5 });
    nextChangeAt(compiled, now);
    for (const { source } of compiled.flags.values()) outcomes(source, now);
    for (const context of contexts as EvaluationContext[]) {
      evaluateAll(compiled, context, now);
      for (const key of [...compiled.flags.keys(), '__proto__', 'constructor']) {
        checkEvaluation(evaluate(compiled, key, context, now));
        checkEvaluation(explain(compiled, key, context, now).evaluation);
      }
    }
  }
  checkPrototypes();
  for (const [at, one] of [document, ...contexts].entries())
    if (picture(one) !== before[at]) throw new Error('an input was changed');
}

function checkEvaluation(evaluation: ReturnType<typeof evaluate>): void {
  const { reason, errorCode } = evaluation;
  if (!Object.isFrozen(evaluation)) throw new Error('an evaluation is not frozen');
  if ((reason === 'ERROR') !== (errorCode !== undefined)) throw new Error(`${reason} with ${errorCode}`);
  if (reason === 'ERROR' && 'value' in evaluation) throw new Error('an error with a value');
}

/** The flags and segments of what may be no ruleset. */
function parts(document: unknown): unknown[] {
  try {
    const { flags, segments } = document as { flags: object; segments: object };
    return [...Object.values(flags), ...Object.values(segments)];
  } catch {
    return [];
  }
}

const prototypes = [Object, Array, Function, String, Number, Map, Set].map(({ prototype }) => prototype);
const known = prototypes.map(namesOf);

function checkPrototypes(): void {
  for (const [at, prototype] of prototypes.entries())
    if (namesOf(prototype) !== known[at]) throw new Error(`a prototype has ${namesOf(prototype)}`);
}

function namesOf(prototype: object): string {
  return Reflect.ownKeys(prototype).map(String).join();
}

/** An input as JSON, so that a change of it shows; what is frozen, or JSON can not tell, is not looked at. */
function picture(input: unknown): string | undefined {
  try {
    return JSON.stringify(input, (_, value) => {
      if (typeof value !== 'object' || value === null || !Object.isFrozen(value))
        return isSparse(value) ? 'sparse' : value;
      return 'frozen';
    });
  } catch {
    return undefined;
  }
}

/** So long that it can not be written down. */
function isSparse(value: unknown): boolean {
  return Array.isArray(value) && value.length > 5000;
}
