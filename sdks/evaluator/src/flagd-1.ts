import type { Semantics } from './semantics.ts';

export const flagd1: Semantics = {
  name: 'flagd-1',
  compileFlag: () => {
    throw new Error('not written yet');
  },
};
