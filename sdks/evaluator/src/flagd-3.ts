import type { Semantics } from './semantics.ts';

export const flagd3: Semantics = {
  name: 'flagd-3',
  compileFlag: () => {
    throw new Error('not written yet');
  },
};
