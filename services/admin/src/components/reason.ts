import { useOverlay } from '@nuxt/ui/composables';
import { toAdminError } from '../errors.ts';
import ReasonDialog from './reason-dialog.vue';

export interface Question {
  title: string;
  description: string;
  confirm: string;
  /** `true`: no reason, no change. */
  required: boolean;
  danger?: boolean;
}

/** Asks for a reason; answers `undefined` when the person thought better of it. */
export function useReason(): (question: Question) => Promise<string | undefined> {
  const overlay = useOverlay();
  return async (question) => {
    const dialog = overlay.create(ReasonDialog, { destroyOnClose: true }); // a new one each time: nothing of the last answer stays
    return (await dialog.open(question).result) as string | undefined;
  };
}

/**
 * Tries without a reason and asks for one only when the database wants it: what counts as a change of production is its
 * decision (a segment may be used there, for example), not this page's.
 *
 * @returns what was done, or `undefined` when no reason was given
 */
export async function askWhenRequired<Result>(
  ask: (question: Question) => Promise<string | undefined>,
  question: Question,
  act: (reason?: string) => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await act();
  } catch (cause) {
    if (toAdminError(cause).code !== 'REASON_REQUIRED') throw cause;
  }
  const reason = await ask(question);
  return reason === undefined ? undefined : act(reason);
}
