import type { Condition, Requirement, Rule, Serve } from './draft.ts';
import { wordsOf } from './operators.ts';
import { toTexts } from './values.ts';

/** A rule in one sentence: "If country is one of NO, SE → on for 25 %". */
export function ruleSentence(rule: Rule): string {
  const needs = (rule.requires ?? []).map(requirementSentence);
  const conditions = [...(rule.if ?? []).map(conditionSentence), ...needs];
  const who = conditions.length === 0 ? 'Everyone' : `If ${conditions.join(' and ')}`;
  return `${who} → ${serveSentence('serve' in rule ? rule.serve : 'on')}${share(rule.rollout)}`;
}

export function serveSentence(serve: Serve | undefined): string {
  if (serve === null || serve === undefined) return 'the default in the code';
  if (typeof serve === 'string') return serve;
  return serve.split.map(([variant, weight]) => `${variant} ${percent(weight / 1000)}`).join(', ');
}

export function conditionSentence(condition: Condition): string {
  if ('attr' in condition) {
    const words = wordsOf(condition.op);
    const values = condition.values ?? [];
    return [condition.attr, condition.not ? words.negated : words.words, list(toTexts(values))]
      .filter(Boolean)
      .join(' ');
  }
  if ('segment' in condition) return `${condition.not ? 'not in' : 'in'} segment ${condition.segment}`;
  const [joint, parts, before] = groupWords(condition);
  return `${before}(${parts.map(conditionSentence).join(joint)})`;
}

export function requirementSentence({ flag, variants }: Requirement): string {
  return `${flag} is ${list(variants, 'or')}`;
}

/** At most three decimals, and a space that does not break. */
export function percent(value: number): string {
  return `${Number(value.toFixed(3))} %`;
}

function share(rollout: Rule['rollout']): string {
  if (rollout === undefined) return '';
  if (typeof rollout === 'number') return ` for ${percent(rollout)}`;
  const { from, to, start, end } = rollout;
  return ` for ${percent(from)} rising to ${percent(to)}, ${utc(start)} to ${utc(end)}`;
}

/** The same text for every reader, because sentences of the history are compared. */
function utc(instant: string): string {
  return instant.replace('T', ' ').replace(/(:\d\d):00(\.0+)?Z$/, '$1 UTC');
}

function groupWords(group: Exclude<Condition, { attr: string } | { segment: string }>): [string, Condition[], string] {
  if ('all' in group) return [' and ', group.all, ''];
  return 'any' in group ? [' or ', group.any, ''] : [' or ', group.none, 'none of '];
}

const shown = 5;
function list(texts: readonly string[], joint = ','): string {
  const more = texts.length > shown ? ` and ${texts.length - shown} more` : '';
  return texts.slice(0, shown).join(joint === ',' ? ', ' : ` ${joint} `) + more;
}
