import type { Semantics } from './semantics.ts';

export const growthbook1: Semantics = {
  name: 'growthbook-1',
  compileFlag: () => {
    throw new Error('not written yet');
  },
};
