import { watchDebounced } from '@vueuse/core';
import { type Ref, type ShallowRef, shallowRef } from 'vue';
import type { Problem } from '../../errors.ts';
import { type FlagFrame, wireFlag } from '../../targeting/check.ts';
import type { Draft } from '../../targeting/draft.ts';

/** What compiling a foreign flag finds wrong; the code that compiles it is loaded when the first such flag is edited. */
export function useForeignProblems(frame: Ref<FlagFrame>, draft: Ref<Draft>): Readonly<ShallowRef<readonly Problem[]>> {
  const found = shallowRef<readonly Problem[]>([]);
  let newest = 0;
  watchDebounced(
    draft,
    async (edited) => {
      newest += 1;
      const mine = newest;
      if (edited.foreign === null) {
        found.value = [];
        return;
      }
      const { foreignProblems } = await import('../../targeting/foreign.ts');
      const problems = await foreignProblems(wireFlag(frame.value, edited));
      if (mine === newest) found.value = problems;
    },
    { debounce: 200 },
  );
  return found;
}
