import { flagdSemantics } from './flagd/flagd.ts';
import { fractional2 } from './flagd/fractional.ts';
import type { Semantics } from './semantics.ts';

/** flagd 0.15 to 0.17: a split by multiplying and shifting the hash. */
export const flagd2: Semantics = flagdSemantics('flagd-2', fractional2);
