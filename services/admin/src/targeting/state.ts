import { ago } from '../time.ts';
import { readDraft, type StoredTargeting } from './draft.ts';
import { systems } from './semantics.ts';
import { percent, serveSentence } from './sentence.ts';

/** One line that tells what a setting does now: "Everyone gets on, settled 12 days ago", "2 rules, else off". */
export function settingState(
  setting: StoredTargeting & { settledAt: string | null },
  now: number = Date.now(),
): string {
  const draft = readDraft(setting);
  if (!setting.enabled)
    return `Off, everyone gets ${serveSentence(setting.offVariant)}${since(setting.settledAt, now)}`;
  if (draft.foreign !== null) return `On, decided as ${systems[draft.semantics].name} does`;
  const [first] = draft.rules;
  const share = first?.rollout;
  const rest = `else ${serveSentence(draft.default)}`;
  if (first === undefined) return `Everyone gets ${serveSentence(draft.default)}${since(setting.settledAt, now)}`;
  if (draft.rules.length === 1 && first.if === undefined && typeof share === 'number') {
    return `${percent(share)} of users get ${serveSentence('serve' in first ? first.serve : 'on')}, ${rest}`;
  }
  return `${draft.rules.length === 1 ? '1 rule' : `${draft.rules.length} rules`}, ${rest}${since(setting.settledAt, now)}`;
}

function since(settledAt: string | null, now: number): string {
  if (settledAt === null) return '';
  return `, ${Date.parse(settledAt) > now ? 'settles' : 'settled'} ${ago(settledAt, now)}`;
}
