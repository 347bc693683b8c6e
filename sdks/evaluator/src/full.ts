import type { CompileOptions } from './compile.ts';
import { flagd1 } from './flagd-1.ts';
import { flagd2 } from './flagd-2.ts';
import { flagd3 } from './flagd-3.ts';
import { growthbook1 } from './growthbook-1.ts';
import { growthbook2 } from './growthbook-2.ts';
import { regexEngine } from './regex.ts';
import { unleash } from './unleash.ts';
import { unleashNode } from './unleash-node.ts';

/** Everything that a flag may ask for, but chance: for servers, which do not count bytes. */
export const everything: Required<Pick<CompileOptions, 'regex' | 'semantics'>> = {
  regex: regexEngine,
  semantics: [unleash, unleashNode, growthbook1, growthbook2, flagd1, flagd2, flagd3],
};
