import { growthbook } from './growthbook/semantics.ts';
import type { Semantics } from './semantics.ts';

/** Features as GrowthBook's SDKs of specification 0.12 decide them (Go 0.7, Python 4): strict about types. */
export const growthbook2: Semantics = growthbook('growthbook-2', true);
