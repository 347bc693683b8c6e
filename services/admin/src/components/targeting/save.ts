import type { AdminError } from '../../errors.ts';
import { toAdminError } from '../../errors.ts';
import type { Json } from '../../graphql.ts';
import { difference } from '../../history/difference.ts';
import { type FlagPage, readFlag, type Setting, targetFlag } from '../../queries/flags.ts';
import { type Draft, readDraft } from '../../targeting/draft.ts';
import { useConflict } from '../conflict.ts';
import { useReason } from '../reason.ts';

export type Saved = { outcome: 'stored' | 'kept' } | { outcome: 'theirs' } | { outcome: 'refused'; error: AdminError };

/** Stores a draft: asks for the reason where production wants one, and shows both versions when somebody was faster. */
export function useSave(place: { project: string }) {
  const askReason = useReason();
  const askConflict = useConflict();

  return async (flag: FlagPage, base: Setting, draft: Draft): Promise<Saved> => {
    const { name, isProduction } = base.environment;
    const title = `Change ${flag.key} in ${name}?`;
    const description = 'This reaches your users within a second. The reason is kept with the change.';
    const reason = isProduction ? await askReason({ title, description, confirm: 'Save', required: true }) : '';
    if (reason === undefined) return { outcome: 'kept' };
    return store(flag, base, draft, reason);
  };

  async function store(flag: FlagPage, base: Setting, draft: Draft, reason: string): Promise<Saved> {
    try {
      await targetFlag({ ...place, key: flag.key, ...toInput(base, draft), ...(reason === '' ? {} : { reason }) });
      return { outcome: 'stored' };
    } catch (cause) {
      const error = toAdminError(cause);
      return error.code === 'REVISION_CONFLICT' ? settle(flag, base, draft, reason) : { outcome: 'refused', error };
    }
  }

  async function settle(flag: FlagPage, base: Setting, draft: Draft, reason: string): Promise<Saved> {
    const stored = await readFlag(place.project, flag.key);
    const now = stored?.settings.find(({ environment }) => environment.key === base.environment.key);
    const [was, is] = [readDraft(base), now && readDraft(now)];
    if (stored === null || now === undefined || was === undefined || is === undefined) return { outcome: 'theirs' };
    const subject = `${flag.key} in ${now.environment.name}`;
    const choice = await askConflict({ subject, theirs: differences(was, is), mine: differences(is, draft) });
    if (choice === 'again') return store(stored, now, draft, reason);
    return { outcome: choice === 'reload' ? 'theirs' : 'kept' };
  }
}

/** Two drafts in the words of the history. */
export function differences(before: Draft, after: Draft) {
  return difference(before as unknown as Json, after as unknown as Json);
}

function toInput(base: Setting, draft: Draft) {
  return {
    environment: base.environment.key,
    revision: base.revision,
    offVariant: draft.off,
    requires: draft.requires as unknown as Json,
    rules: draft.rules as unknown as Json,
    defaultServe: draft.default as Json,
  };
}
