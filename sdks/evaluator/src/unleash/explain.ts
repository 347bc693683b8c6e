import type { Matched } from '../compiled.ts';
import type { EvaluationContext, Fault } from '../evaluation.ts';
import { describeCondition } from '../explain-text.ts';
import type { Condition, Flag, Requirement, Rule, Serve, Split } from '../ruleset.ts';
import { newFindings } from '../scope.ts';
import type { SemanticsTools } from '../semantics.ts';
import { compileConditions } from './conditions.ts';
import { reader } from './context.ts';
import type { Dialect } from './dialect.ts';
import { hasher, ROLLOUT_SEED, VARIANT_SEED } from './hash.ts';
import { compileRollout } from './rollout.ts';
import { compileSticky } from './sticky.ts';

interface Asked {
  readonly flag: Flag;
  readonly context: EvaluationContext;
  readonly now: number;
  readonly dialect: Dialect;
  /** What the flag was compiled with. */
  readonly tools: SemanticsTools;
}

/** What the flag asks, in the order in which it asks, up to what decides, and where the hash puts this context. */
export function explainFlag({ tools, ...given }: Asked): string[] {
  const asked = { ...given, tools: { ...tools, findings: newFindings() } };
  const { rules = [], requires = [], default: otherwise } = asked.flag;
  const sentences: string[] = [];
  for (const requirement of requires) {
    const { text, matched } = explainRequirement(requirement, asked);
    sentences.push(text);
    if (!matched) return sentences;
  }
  for (const rule of rules) if (explainRule(rule, asked, sentences)) return sentences;
  return [...sentences, ...explainServe(otherwise, 'the default', asked)];
}

interface Answered {
  readonly text: string;
  /** A fault or chance: what follows is not looked at. */
  readonly matched: Matched | 'chance';
}

/** Whether the walk ends here. */
function explainRule(rule: Rule, asked: Asked, sentences: string[]): boolean {
  const name = `rule ${rule.name ?? rule.id}`;
  const questions = [
    ...(rule.if ?? []).map((condition) => () => explainCondition(condition, name, asked)),
    ...(rule.requires ?? []).map((requirement) => () => explainRequirement(requirement, asked)),
    () => explainRollout(rule, name, asked),
  ];
  for (const ask of questions) {
    const { text, matched } = ask();
    if (text !== '') sentences.push(text);
    if (matched !== true) return matched !== false;
  }
  sentences.push(...explainServe(rule.serve, name, asked));
  return true;
}

function explainRequirement({ flag, variants }: Requirement, { tools, context, now }: Asked): Answered {
  const variant = tools.decide(flag, context, now)?.variant;
  const text = `flag ${flag} must serve ${variants.join(' or ')}: it serves ${variant ?? 'no variant'}`;
  return { text, matched: variant !== undefined && variants.includes(variant) };
}

function explainCondition(condition: Condition, name: string, { dialect, tools, context, now }: Asked): Answered {
  const matched = compileConditions([condition], 'if', { ...tools, dialect })(context, now);
  const verdict = typeof matched === 'object' ? matched.errorMessage : matched ? 'it is met' : 'it is not met';
  return { text: `${name} asks: ${describeCondition(condition, asRead(condition, context))}; ${verdict}`, matched };
}

/** The context with its attributes where Unleash finds them: properties, and the targeting key for the user's id. */
function asRead(condition: Condition, context: EvaluationContext): EvaluationContext {
  if ('attr' in condition) {
    const value = reader(condition.attr, newFindings())(context);
    return value === undefined ? context : { ...context, [condition.attr]: value as string };
  }
  const parts = 'segment' in condition ? [] : (Object.values(condition)[0] as readonly Condition[]);
  return parts.reduce((read, part) => asRead(part, read), context);
}

function explainRollout(rule: Rule, name: string, { flag, context, now, dialect, tools }: Asked): Answered {
  const { rollout } = rule;
  if (rollout === undefined) return { text: '', matched: true };
  const { by, seed } = typeof rollout === 'number' ? {} : rollout;
  const share = typeof rollout === 'number' ? `${rollout} %` : 'percent' in rollout ? `${rollout.percent} %` : 'a ramp';
  const { textOf, isRandom } = compileSticky(by, 'rollout', { dialect, findings: tools.findings });
  const value = textOf(context);
  if (value === undefined && isRandom) return { text: `${name} counts for ${share}, by chance`, matched: 'chance' };
  if (value === undefined) {
    return { text: `${name} counts for ${share}, and the context has nothing to be hashed`, matched: false };
  }
  const { findings, regex, segment } = tools;
  const drawn: string | Fault = compileRollout(rule, { flag, dialect, tools, findings, regex, segment })(context, now);
  const bucket = (hasher(seed ?? dialect.seedOf(flag), ROLLOUT_SEED, dialect.encoding)(value) % 100) + 1;
  return { text: `${name} counts for ${share}: bucket ${bucket} of 100`, matched: drawn !== 'out' };
}

function explainServe(serve: Serve | undefined, name: string, asked: Asked): string[] {
  if (typeof serve !== 'object' || serve === null || !('split' in serve)) return [];
  return [`${name} splits: ${placeOf(serve, asked)}`];
}

function placeOf({ split, by, seed }: Split, { flag, context, dialect, tools }: Asked): string {
  const total = split.reduce((sum, [, weight]) => sum + weight, 0);
  const value = compileSticky(by, 'variant', { dialect, findings: tools.findings }).textOf(context);
  if (value === undefined) return 'the context has nothing to be hashed';
  const hash = hasher(seed ?? dialect.seedOf(flag), VARIANT_SEED, dialect.encoding)(value);
  return `place ${(hash % total) + 1} of ${total}`;
}
