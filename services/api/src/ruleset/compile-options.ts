import type { CompileOptions, Flag } from '@burgee/evaluator';
import { flagd1 } from '@burgee/evaluator/flagd-1';
import { flagd2 } from '@burgee/evaluator/flagd-2';
import { flagd3 } from '@burgee/evaluator/flagd-3';
import { growthbook1 } from '@burgee/evaluator/growthbook-1';
import { growthbook2 } from '@burgee/evaluator/growthbook-2';
import { regexEngine } from '@burgee/evaluator/regex';
import { unleash } from '@burgee/evaluator/unleash';
import { unleashNode } from '@burgee/evaluator/unleash-node';

/** What the api decides with: everything that a flag may ask for. */
export const compileOptions: CompileOptions = {
  regex: regexEngine,
  semantics: [unleash, unleashNode, growthbook1, growthbook2, flagd1, flagd2, flagd3],
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
