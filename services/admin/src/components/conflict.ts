import { useOverlay } from '@nuxt/ui/composables';
import type { Difference } from '../history/difference.ts';
import ConflictDialog from './conflict-dialog.vue';

export interface Conflict {
  subject: string;
  theirs: readonly Difference[];
  mine: readonly Difference[];
}

/** Shows both versions; answers what to do with mine, or `undefined` to go on editing. */
export function useConflict(): (conflict: Conflict) => Promise<'reload' | 'again' | undefined> {
  const overlay = useOverlay();
  return async (conflict) => {
    const dialog = overlay.create(ConflictDialog, { destroyOnClose: true });
    return (await dialog.open(conflict).result) as 'reload' | 'again' | undefined;
  };
}
