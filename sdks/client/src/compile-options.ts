import type { CompileOptions } from '@burgee/evaluator';
import { flagd1 } from '@burgee/evaluator/flagd-1';
import { flagd2 } from '@burgee/evaluator/flagd-2';
import { flagd3 } from '@burgee/evaluator/flagd-3';
import { growthbook1 } from '@burgee/evaluator/growthbook-1';
import { growthbook2 } from '@burgee/evaluator/growthbook-2';
import { regexEngine } from '@burgee/evaluator/regex';
import { unleash } from '@burgee/evaluator/unleash';
import { unleashNode } from '@burgee/evaluator/unleash-node';

/** What a server decides with: everything that a flag may ask for. Browsers get decisions and need none of it. */
export const compileOptions: CompileOptions = {
  regex: regexEngine,
  semantics: [unleash, unleashNode, growthbook1, growthbook2, flagd1, flagd2, flagd3],
  random: Math.random,
};
