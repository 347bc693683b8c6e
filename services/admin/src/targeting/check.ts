import { type Condition, type Flag, parseFlag, parseSegment, type Requirement } from '@burgee/evaluator';
import type { Problem } from '../errors.ts';
import type { Draft } from './draft.ts';
import { wordsOf } from './operators.ts';
import { groupName, isAttribute, isRequirement, isSegment, members } from './shape.ts';

/** What a flag has in every environment, as far as its targeting depends on it. */
export interface FlagFrame {
  readonly key: string;
  readonly valueType: string;
  readonly variants: unknown;
}

/** Names that targeting may refer to. */
export interface Known {
  readonly segments: readonly string[];
  readonly flags: readonly string[];
}

/**
 * Everything wrong with a draft, at the field where it is: the sentences of the evaluator's parser, which are the server's, in
 * the words of the form, and what only a form can know, such as a name that was not chosen yet.
 */
export function checkDraft(flag: FlagFrame, draft: Draft, known: Known): Problem[] {
  const parsed = parseFlag(wireFlag(flag, draft));
  const form = [
    ...requirementProblems(draft.requires, 'requires', known),
    ...draft.rules.flatMap((rule, index) => [
      ...conditionProblems(rule?.if ?? [], `rules[${index}].if`, known),
      ...requirementProblems(rule?.requires ?? [], `rules[${index}].requires`, known),
    ]),
  ];
  return merge(parsed.ok ? [] : parsed.problems, form);
}

/** A segment as the wire has it. */
export interface SegmentFrame {
  readonly key: string;
  readonly semantics: string;
  readonly if: readonly Condition[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** The same for a segment. */
export function checkSegment({ semantics, ...segment }: SegmentFrame, known: Known): Problem[] {
  const parsed = parseSegment(semantics === 'burgee-1' ? segment : { ...segment, semantics });
  return merge(parsed.ok ? [] : parsed.problems, conditionProblems(segment.if, 'if', known));
}

/** The problems of one field and of whatever lies inside it. */
export function problemsWithin(problems: readonly Problem[], path: string): Problem[] {
  return problems.filter(({ path: at }) => at === path || at.startsWith(`${path}.`) || at.startsWith(`${path}[`));
}

/** A flag with a draft of its targeting, as it would travel. */
export function wireFlag(flag: FlagFrame, draft: Draft): Flag {
  const { enabled, off, requires, rules, salt, semantics, foreign } = draft;
  const shape = {
    key: flag.key,
    type: flag.valueType,
    variants: flag.variants,
    enabled,
    off,
    ...(rules.length > 0 ? { rules } : {}),
    default: draft.default,
    ...(requires.length > 0 ? { requires } : {}),
    ...(salt === null ? {} : { salt }),
    ...(semantics === 'burgee-1' ? {} : { semantics }),
    ...(foreign === null ? {} : { foreign }),
  };
  return shape as Flag;
}

/** One sentence a place: where a name was not chosen yet, the form's helps more than the grammar's. */
function merge(server: readonly Problem[], form: readonly Problem[]): Problem[] {
  const spoken = new Set(form.map((problem) => problem.path));
  const others = server.filter(({ path }) => !spoken.has(path));
  return [...others.map(({ path, message }) => ({ path, message: inFormWords(path, message) })), ...form];
}

/** The form calls operators by words, shows weights as percentages, and has fields that are empty. */
function inFormWords(path: string, message: string): string {
  if (/\.rollout\.(start|end)$/.test(path) && message.startsWith('not an RFC 3339')) return 'choose a day and a time';
  if (/^expected (integer|float), got string$/.test(message)) return 'type a number';
  if (message.startsWith('weights are in 1/1000 %')) return 'the shares sum to 100 %, with at most 3 decimals';
  return message.replace(
    /^(?:operator )?(\w+)(?= wants | takes )|\b(date_before|date_after)\b/g,
    (_, first: string | undefined, other: string) => `“${wordsOf(first ?? other).words}”`,
  );
}

function requirementProblems(requires: readonly Requirement[], path: string, known: Known): Problem[] {
  return requires.flatMap((requirement, index) => {
    const at = `${path}[${index}]`;
    if (!isRequirement(requirement)) return [];
    const { flag, variants } = requirement;
    if (flag === '') return [{ path: `${at}.flag`, message: 'choose a flag' }];
    if (!known.flags.includes(flag)) return [{ path: `${at}.flag`, message: 'no such flag in this project' }];
    return variants.length === 0 ? [{ path: `${at}.variants`, message: 'choose at least one variant' }] : [];
  });
}

function conditionProblems(conditions: readonly Condition[], path: string, known: Known): Problem[] {
  return conditions.flatMap((condition, index) => {
    const at = `${path}[${index}]`;
    if (isAttribute(condition)) {
      return condition.attr === '' ? [{ path: `${at}.attr`, message: 'name the attribute' }] : [];
    }
    if (!isSegment(condition)) return conditionProblems(members(condition), `${at}.${groupName(condition)}`, known);
    if (condition.segment === '') return [{ path: `${at}.segment`, message: 'choose a segment' }];
    if (known.segments.includes(condition.segment)) return [];
    return [{ path: `${at}.segment`, message: 'no such segment in this project' }];
  });
}
