import type { Semantics } from './semantics.ts';

export const unleashNode: Semantics = {
  name: 'unleash-node',
  compileFlag: () => {
    throw new Error('not written yet');
  },
};
