import { growthbook } from './growthbook/semantics.ts';
import type { Semantics } from './semantics.ts';

/** Features as GrowthBook's SDKs of specification 0.8 decide them (JavaScript 1.x): values are converted when compared. */
export const growthbook1: Semantics = growthbook('growthbook-1', false);
