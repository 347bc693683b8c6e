export { systemClock } from './clock.ts';
export type { Connection } from './connection.ts';
export { type RulesetConnectionOptions, rulesetConnection } from './ruleset-connection.ts';
export { applyPatch, type RawRuleset, readRuleset } from './ruleset-patch.ts';
export type { Failure, Message } from './sources/source.ts';
