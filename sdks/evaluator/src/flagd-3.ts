import { flagdSemantics } from './flagd/flagd.ts';
import { fractional3 } from './flagd/fractional.ts';
import type { Semantics } from './semantics.ts';

/** flagd after 0.17: as `flagd-2`, over the deterministic CBOR of any bucketing value. */
export const flagd3: Semantics = flagdSemantics('flagd-3', fractional3);
