import type { Semantics } from './semantics.ts';

export const flagd2: Semantics = {
  name: 'flagd-2',
  compileFlag: () => {
    throw new Error('not written yet');
  },
};
