import type { CompileOptions, Flag } from '@burgee/evaluator';
import { everything } from '@burgee/evaluator/full';

/** What the api decides with: everything that a flag may ask for. */
export const compileOptions: CompileOptions = {
  ...everything,
  random: () => {
    draws += 1;
    return Math.random();
  },
};

let draws = 0;

/** Decides, and tells whether chance had a part in it: such an answer is for the one who asked. */
export function noticingChance<Result>(decide: () => Result): { readonly result: Result; readonly isDrawn: boolean } {
  const before = draws;
  const result = decide();
  return { result, isDrawn: draws > before };
}

/** Whether a flag may have to be decided by chance: in Unleash, where a context has nothing to be sticky by. */
export function mayDraw(flag: Flag | undefined): boolean {
  return flag?.semantics?.startsWith?.('unleash') === true;
}
