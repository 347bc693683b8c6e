export type { Evaluation, EvaluationContext } from '@burgee/evaluator';
export { type BurgeeClient, type ClientOptions, createClient } from './client.ts';
export type { Clock } from './clock.ts';
export { decisionsOf } from './decisions.ts';
export { BurgeeClientError, type ClientErrorCode } from './errors.ts';
export type { ClientState } from './lifecycle.ts';
export type { Failure, Fetch, Message, Report, Source } from './sources/source.ts';
export { type StaticSource, staticSource } from './sources/static.ts';
export type { KeyValueStorage } from './sources/storage.ts';
