export type { BurgeeClient, ClientOptions, ClientState, Evaluation, EvaluationContext } from '@burgee/client';
export { type Burgee, createBurgee, type Held } from './burgee.ts';
export { BurgeeFlag, type BurgeeFlagProps } from './burgee-flag.ts';
export type { FlagDefault, FlagKey, FlagTypes, FlagValue } from './flag-types.ts';
export { useBurgee, useFlag, useFlagEvaluation } from './use-flag.ts';
