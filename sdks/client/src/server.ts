export type { Evaluation, EvaluationContext, Ruleset } from '@burgee/evaluator';
export type { Clock } from './clock.ts';
export { BurgeeClientError, type ClientErrorCode } from './errors.ts';
export type { ClientState } from './lifecycle.ts';
export { createServerClient, type ServerClient, type ServerClientOptions } from './server-client.ts';
export type { Failure, Fetch, Message, Report, Source } from './sources/source.ts';
export { type StaticSource, staticSource } from './sources/static.ts';
export { type StaticFlags, staticFlags } from './static-flags.ts';
