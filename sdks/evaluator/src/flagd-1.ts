import { flagdSemantics } from './flagd/flagd.ts';
import { fractional1 } from './flagd/fractional.ts';
import type { Semantics } from './semantics.ts';

/** flagd before 0.15: a split by the share of the signed hash. */
export const flagd1: Semantics = flagdSemantics('flagd-1', fractional1);
