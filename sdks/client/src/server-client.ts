import { type Evaluation, type EvaluationContext, evaluate, evaluateAll, LEVEL, type Ruleset } from '@burgee/evaluator';
import { type Clock, systemClock } from './clock.ts';
import type { Connection } from './connection.ts';
import type { BurgeeClientError } from './errors.ts';
import { countExposures } from './exposures.ts';
import { type HeldRuleset, holdRuleset } from './held-ruleset.ts';
import { type ClientState, createLifecycle, type Lifecycle } from './lifecycle.ts';
import { apiRequest, rulesetConnection } from './ruleset-connection.ts';
import type { Fetch, Source } from './sources/source.ts';
import { valueOr } from './value.ts';

export interface ServerClientOptions {
  /** Where the Burgee service is: `https://flags.example.com`. */
  url: string;
  /** A server key: `bgy_server_…`. */
  key: string;
  /** Keeps the newest ruleset for the next start, mode 0600; nothing is kept unless told. */
  cacheFile?: string;
  /** A ruleset to begin with, where neither service nor cache has one. */
  bootstrap?: Ruleset;
  /** `stream` (falls back to polling by itself) unless told otherwise. */
  source?: 'stream' | 'poll' | Source;
  /** 30 s unless told. */
  pollIntervalMs?: number;
  /** Under which name uses are counted. */
  application?: string;
  fetch?: Fetch;
  clock?: Clock;
  /** In [0, 1); for the jitter of waits. */
  random?: () => number;
  /** Told of trouble, each kind once until things went well for a minute. The client itself never throws. */
  onError?: (error: BurgeeClientError) => void;
}

/** Flags decided in this process, for any context, from a ruleset that is kept fresh. */
export interface ServerClient {
  readonly state: ClientState;
  /** Of the ruleset that decides; undefined while there is none. */
  readonly version: string | undefined;
  /** Never throws; `PROVIDER_NOT_READY` while there is no ruleset. Counts as a use. */
  evaluate(key: string, context: EvaluationContext): Evaluation;
  /** The flag's value, or the default while there is none of the default's type; counts as a use. */
  value<T>(key: string, defaultValue: T, context: EvaluationContext): T;
  /** Values of the client-visible flags, to render a page with: the browser's `initial`. */
  initialFor(context: EvaluationContext): Record<string, unknown>;
  /** Calls back after each new ruleset or state; the answer undoes it. */
  subscribe(listener: () => void): () => void;
  /** Resolves when the first answer came or failed to come, after 5 s at the latest; never rejects. */
  ready(timeoutMs?: number): Promise<void>;
  /** Counts what is left, lets the cache be written, and holds no connection any more. */
  close(): Promise<void>;
}

/** Makes a client for a server and connects at once; cache and bootstrap serve from the first moment. */
export function createServerClient(options: ServerClientOptions): ServerClient {
  const { clock = systemClock, random = Math.random, fetch = globalThis.fetch, application = 'unknown' } = options;
  const lifecycle = createLifecycle(clock, options.onError);
  const { state, enter, settled, subscribe } = lifecycle;
  const held = holdRuleset(options, lifecycle.raise);
  const world = { clock, random, fetch };
  const exposures = countExposures({
    ...world,
    application,
    request: (body) => ({ ...apiRequest(options, '/v1/exposures'), method: 'POST', body }),
    reachable: () => state() === 'live',
  });
  const connection = followRuleset({ ...options, ...world }, held, lifecycle);

  function decide(flagKey: string, context: EvaluationContext): Evaluation {
    const compiled = held.compiled();
    if (!compiled) return { flagKey, reason: 'ERROR', errorCode: 'PROVIDER_NOT_READY' };
    const evaluation = evaluate(compiled, flagKey, context, clock.now());
    if (evaluation.errorCode === undefined) exposures.used(flagKey, evaluation.variant);
    else if (evaluation.errorCode === 'FLAG_NOT_FOUND' && state() === 'live') exposures.unknown(flagKey);
    return evaluation;
  }

  enter('connecting');
  connection.open();
  return {
    get state() {
      return state();
    },
    get version() {
      return held.version();
    },
    evaluate: decide,
    value: (flagKey, defaultValue, context) => valueOr(decide(flagKey, context).value, defaultValue),
    initialFor(context) {
      const compiled = held.compiled();
      const all = compiled ? evaluateAll(compiled, context, clock.now(), 'clientVisible') : [];
      const decided = all.filter((evaluation) => evaluation.value !== undefined);
      return Object.fromEntries(decided.map((evaluation) => [evaluation.flagKey, evaluation.value]));
    },
    subscribe,
    ready: settled,
    async close() {
      connection.close();
      const counted = exposures.close();
      enter('closed');
      await Promise.all([counted, held.saved()]);
    },
  };
}

/** What each report from where rulesets come does to what is held. */
function followRuleset(options: FollowOptions, held: HeldRuleset, lifecycle: Lifecycle): Connection {
  /** The request named the version that is held, so whatever comes now confirms it, or has just replaced it. */
  function confirm(hasChanged: boolean): boolean {
    if (held.version() === undefined) return false;
    lifecycle.enter('live', hasChanged);
    return true;
  }

  return rulesetConnection({
    ...options,
    version: held.version,
    level: LEVEL,
    onMessage(message) {
      const before = held.version();
      if (!held.receive(message)) return false;
      confirm(held.version() !== before);
      return true;
    },
    onQuiet: () => confirm(false),
    onFailure(failure) {
      lifecycle.raiseFailure(failure);
      lifecycle.enter('lost');
    },
  });
}

interface FollowOptions extends ServerClientOptions {
  clock: Clock;
  random: () => number;
  fetch: Fetch;
}
