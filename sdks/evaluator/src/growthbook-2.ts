import type { Semantics } from './semantics.ts';

export const growthbook2: Semantics = {
  name: 'growthbook-2',
  compileFlag: () => {
    throw new Error('not written yet');
  },
};
