import type { Condition, Json, Requirement, Rule, SemanticsName, Serve } from '@burgee/evaluator';
import { listIn, stable } from '../targeting/draft.ts';
import { systems } from '../targeting/semantics.ts';
import { conditionSentence, requirementSentence, ruleSentence, serveSentence } from '../targeting/sentence.ts';
import { isRecord } from '../targeting/shape.ts';

/** One readable line of what a change did; `before` and `after` are absent where there was nothing. */
export interface Difference {
  readonly field: string;
  readonly before?: string;
  readonly after?: string;
}

/** Compares two states of a row, whatever its table; bookkeeping columns say nothing to a reader and are left out. */
export function difference(before: Json | undefined, after: Json | undefined): Difference[] {
  const old = fields(before);
  const now = fields(after);
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((name) => !bookkeeping.has(name));
  return names
    .flatMap((name) => compare(name, old[name] ?? null, now[name] ?? null))
    .filter((line) => line.before !== undefined || line.after !== undefined);
}

function compare(name: string, before: Json, after: Json): Difference[] {
  if (stable(before) === stable(after)) return [];
  if (name === 'rules') return rules(asRules(before), asRules(after));
  if (name === 'variants') return variants(fields(before), fields(after));
  if (name === 'foreign' || name === 'foreign_rule') return parts(before, after, 'Definition');
  const words = labels[name] ?? { label: capital(name.replaceAll('_', ' ')) };
  return [line(words.label, words.text?.(before) ?? plain(before), words.text?.(after) ?? plain(after))];
}

function rules(before: Rule[], after: Rule[]): Difference[] {
  const old = new Map(before.map((rule) => [rule.id, rule]));
  const now = new Map(after.map((rule) => [rule.id, rule]));
  const changed = [...new Set([...old.keys(), ...now.keys()])].flatMap((id) => {
    const was = old.get(id);
    const is = now.get(id);
    if (stable(was) === stable(is)) return [];
    return [line(`Rule ${is?.name ?? was?.name ?? id}`, was && ruleSentence(was), is && ruleSentence(is))];
  });
  const kept = (list: Rule[], other: Map<string, Rule>) => list.map((rule) => rule.id).filter((id) => other.has(id));
  const [orderBefore, orderAfter] = [kept(before, now).join(', '), kept(after, old).join(', ')];
  return orderBefore === orderAfter ? changed : [...changed, line('Order of rules', orderBefore, orderAfter)];
}

function variants(before: Record<string, Json>, after: Record<string, Json>): Difference[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => stable(before[name]) !== stable(after[name]))
    .map((name) => line(`Variant ${name}`, valueText(before[name]), valueText(after[name])));
}

/** Where two JSON values differ, as deep as they have the same form. */
function parts(before: Json, after: Json, path: string): Difference[] {
  if (stable(before) === stable(after)) return [];
  const [old, now] = [children(before), children(after)];
  if (old === undefined || now === undefined || Array.isArray(before) !== Array.isArray(after)) {
    return [line(path, before === null ? undefined : short(before), after === null ? undefined : short(after))];
  }
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  const at = (name: string) => (Array.isArray(before) ? `${path}[${name}]` : `${path}.${name}`);
  return names.flatMap((name) => parts(old[name] ?? null, now[name] ?? null, at(name)));
}

function children(value: Json): Record<string, Json> | undefined {
  return value !== null && typeof value === 'object' ? (value as Record<string, Json>) : undefined;
}

function short(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function line(field: string, before: string | undefined, after: string | undefined): Difference {
  return { field, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

function plain(value: Json): string | undefined {
  if (value === null || value === '') return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((item) => plain(item) ?? '').join(', ');
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text === '{}' ? undefined : text;
}

function valueText(value: Json | undefined): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

function fields(value: Json | undefined): Record<string, Json> {
  return isRecord(value) ? (value as Record<string, Json>) : {};
}

function asRules(value: Json): Rule[] {
  return Array.isArray(value) ? (value as unknown as Rule[]) : [];
}

const requirements = (value: Json) =>
  Array.isArray(value) && value.length > 0
    ? (value as unknown as Requirement[]).map(requirementSentence).join(' and ')
    : undefined;
const conditions = (value: Json) => {
  const read = listIn<Condition>(value);
  return read.length === 0 ? undefined : read.map(conditionSentence).join(' and ');
};
const yesNo = (value: Json) => (value === null ? undefined : value === true ? 'yes' : 'no');
const switchText = (value: Json) => (value === null ? undefined : value === true ? 'on' : 'off');

type Words = { label: string; text?: (value: Json) => string | undefined };
const labels: Record<string, Words> = {
  enabled: { label: 'Switch', text: switchText },
  off: { label: 'While off' },
  off_variant: { label: 'While off' },
  requires: { label: 'Prerequisites', text: requirements },
  default: { label: 'Everyone else', text: (value) => serveSentence(value as Serve) },
  default_serve: { label: 'Everyone else', text: (value) => serveSentence(value as Serve) },
  client_visible: { label: 'Visible to browsers', text: yesNo },
  archived_at: { label: 'Archived' },
  stale_extended_until: { label: 'Overdue not before' },
  conditions: { label: 'Conditions', text: conditions },
  if: { label: 'Conditions', text: conditions },
  targeting_key: { label: 'Targeting key' },
  value_type: { label: 'Type' },
  included: { label: 'Included', text: (value) => (typeof value === 'boolean' ? yesNo(value) : plain(value)) },
  revoked_at: { label: 'Revoked' },
  semantics: {
    label: 'Follows',
    text: (value) => systems[(value ?? 'burgee-1') as SemanticsName]?.name ?? plain(value),
  },
};

const bookkeeping = new Set(
  [
    ['id', 'flag_id', 'project_id', 'environment_id', 'segment_id', 'member_id', 'created_by', 'key_hash'],
    ['revision', 'change_reason', 'created_at', 'updated_at', 'version', 'version_token', 'last_used_at'],
    ['settled_at', 'settled_value', 'first_settled_at', 'first_enabled_at', 'origin'],
  ].flat(),
);
