import type { Condition, Requirement, Rule, Serve } from '@burgee/evaluator';
import { wordsOf } from './operators.ts';
import {
  type Arm,
  groupName,
  isAttribute,
  isRequirement,
  isRule,
  isSegment,
  isServe,
  members,
  type Rollout,
} from './shape.ts';
import { toTexts } from './values.ts';

/** A rule in one sentence: "If country is one of NO, SE → on for 25 % by company, else user". */
export function ruleSentence(rule: Rule): string {
  if (!isRule(rule)) return `A form that this page does not know: ${shortened(JSON.stringify(rule))}`;
  const needs = (rule.requires ?? []).map(requirementSentence);
  const conditions = [...(rule.if ?? []).map(conditionSentence), ...needs];
  const who = conditions.length === 0 ? 'Everyone' : `If ${conditions.join(' and ')}`;
  return `${who} → ${serveSentence('serve' in rule ? rule.serve : 'on')}${share(rule.rollout)}`;
}

export function serveSentence(serve: Serve | undefined): string {
  if (serve === null || serve === undefined) return 'the default in the code';
  if (typeof serve === 'string') return serve;
  if (!isServe(serve)) return shortened(JSON.stringify(serve));
  if ('value' in serve) return `the value ${shortened(JSON.stringify(serve.value))}`;
  return `${serve.split.map(armSentence).join(', ')}${hashed(serve)}`;
}

function armSentence([variant, weight, metadata = {}]: Arm, _index: number, arms: readonly Arm[]): string {
  const total = totalWeight(arms);
  const { variant: name = variant, ...rest } = metadata;
  const more = Object.keys(rest).length === 0 ? '' : ` with ${shortened(JSON.stringify(rest))}`;
  return `${name} ${percent(total === 0 ? 0 : (weight / total) * 100)}${more}`;
}

export function totalWeight(arms: readonly Arm[]): number {
  return arms.reduce((sum, [, weight]) => sum + weight, 0);
}

export function conditionSentence(condition: Condition): string {
  if (isAttribute(condition)) {
    const words = wordsOf(condition.op);
    const values = list(toTexts(condition.values ?? []));
    const parts = [condition.attr, condition.not ? words.negated : words.words, values];
    return `${parts.filter(Boolean).join(' ')}${condition.ignoreCase ? ' (any case)' : ''}`;
  }
  if (isSegment(condition)) return `${condition.not ? 'not in' : 'in'} segment ${condition.segment}`;
  const name = groupName(condition);
  if (name === undefined) return shortened(JSON.stringify(condition));
  const [joint, before] = name === 'all' ? [' and ', ''] : [' or ', name === 'any' ? '' : 'none of '];
  return `${before}(${members(condition).map(conditionSentence).join(joint)})`;
}

export function requirementSentence(requirement: Requirement): string {
  if (!isRequirement(requirement)) return shortened(JSON.stringify(requirement));
  const otherwise = requirement.else === undefined ? '' : ` (else ${serveSentence(requirement.else)})`;
  return `${requirement.flag} is ${list(requirement.variants, 'or')}${otherwise}`;
}

/** At most three decimals, and a space that does not break. */
export function percent(value: number): string {
  return `${Number(value.toFixed(3))} %`;
}

/** "company, else user"; a targeting key is a user in words. */
export function byWords(by: readonly string[]): string {
  return by.map((name) => attributeWords[name] ?? name).join(', else ');
}

const attributeWords: Readonly<Record<string, string>> = {
  targetingKey: 'user',
  userId: 'user id',
  sessionId: 'session id',
  remoteAddress: 'remote address',
  $random: 'random',
};

function share(rollout: Rollout | undefined): string {
  if (rollout === undefined) return '';
  if (typeof rollout === 'number') return ` for ${percent(rollout)}`;
  if ('percent' in rollout) return ` for ${percent(rollout.percent)}${hashed(rollout)}`;
  const { from, to, start, end } = rollout;
  return ` for ${percent(from)} rising to ${percent(to)}, ${utc(start)} to ${utc(end)}${hashed(rollout)}`;
}

function hashed({ by, seed }: { readonly by?: readonly string[]; readonly seed?: string }): string {
  const whom = by === undefined || by.length === 0 ? '' : ` by ${byWords(by)}`;
  return `${whom}${seed === undefined ? '' : ` with seed ${seed}`}`;
}

/** The same text for every reader, because sentences of the history are compared. */
function utc(instant: string): string {
  return instant.replace('T', ' ').replace(/(:\d\d):00(\.0+)?Z$/, '$1 UTC');
}

const shown = 5;
function list(texts: readonly string[], joint = ','): string {
  const more = texts.length > shown ? ` and ${texts.length - shown} more` : '';
  return texts.slice(0, shown).join(joint === ',' ? ', ' : ` ${joint} `) + more;
}

const longest = 120;
function shortened(text: string | undefined): string {
  if (text === undefined) return '';
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
