import type { Semantics } from './semantics.ts';

export const unleash: Semantics = {
  name: 'unleash',
  compileFlag: () => {
    throw new Error('not written yet');
  },
};
