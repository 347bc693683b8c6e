import type { Evaluation, EvaluationContext } from '@burgee/evaluator';
import { type Clock, systemClock } from './clock.ts';
import type { Connection } from './connection.ts';
import type { BurgeeClientError } from './errors.ts';
import { countExposures } from './exposures.ts';
import { type HeldDecisions, holdDecisions } from './held-decisions.ts';
import { type ClientState, createLifecycle, type Lifecycle } from './lifecycle.ts';
import { connectService } from './service-connection.ts';
import { serviceUrl } from './sources/attempt.ts';
import type { Fetch, HttpRequest, Source } from './sources/source.ts';
import type { KeyValueStorage } from './sources/storage.ts';
import { valueOr } from './value.ts';

export interface ClientOptions {
  /** Where the Burgee service is: `https://flags.example.com`. */
  url: string;
  /** A client key: `bgy_client_…`. */
  key: string;
  /** Who is asking; `targetingKey` names the user. */
  context?: EvaluationContext;
  /** `stream` (falls back to polling by itself) unless told otherwise. */
  source?: 'stream' | 'poll' | Source;
  /** 30 s unless told. */
  pollIntervalMs?: number;
  /** Values to begin with, where nothing newer is known: flag key → value. */
  initial?: Readonly<Record<string, unknown>>;
  /** The page was rendered with `initial`: local storage must wait, or hydration would differ. */
  hydrate?: boolean;
  /** `localStorage` unless told; null keeps nothing. */
  storage?: KeyValueStorage | null;
  /** Under which name uses are counted; the page's host unless told. */
  application?: string;
  fetch?: Fetch;
  clock?: Clock;
  /** In [0, 1); for the jitter of waits. */
  random?: () => number;
  /** Told of trouble, each kind once until things went well for a minute. The client itself never throws. */
  onError?: (error: BurgeeClientError) => void;
}

/** Flags for one user, decided by the service and kept fresh. */
export interface BurgeeClient {
  readonly state: ClientState;
  /** What is held: flag key → evaluation; another object after each change. */
  readonly evaluations: ReadonlyMap<string, Evaluation>;
  /** Undefined for a flag that is not known here. */
  evaluation(key: string): Evaluation | undefined;
  /** The flag's value, or the default while there is none of the default's type; counts as a use. */
  value<T>(key: string, defaultValue: T): T;
  /** Decides anew for this context; until the answer is here, or has failed to come, the old decisions hold. */
  setContext(context: EvaluationContext): Promise<void>;
  /** Calls back after each change of decisions or state; the answer undoes it. */
  subscribe(listener: () => void): () => void;
  /** Resolves when the first answer came or failed to come, after 5 s at the latest; never rejects. */
  ready(timeoutMs?: number): Promise<void>;
  start(): void;
  close(): Promise<void>;
}

/** What a browser has, and a server may not. */
const page = globalThis as Partial<Pick<EventTarget, 'addEventListener'>> & {
  location?: { host?: string };
  localStorage?: KeyValueStorage;
};

/** Makes a client for a browser. It asks nothing before `start()`. */
export function createClient(options: ClientOptions): BurgeeClient {
  const {
    clock = systemClock,
    random = Math.random,
    storage = localStorageIfAny(),
    application = page.location?.host || 'unknown',
    fetch = (url, init) => globalThis.fetch(url, init),
  } = options;
  const settings = { ...options, clock, random, storage, application, fetch };
  const lifecycle = createLifecycle(clock, options.onError);
  const { state, enter, settled, subscribe } = lifecycle;
  const isLive = () => state() === 'live';
  const held = holdDecisions(settings, lifecycle.raise);
  const exposures = countExposures({
    ...settings,
    request: (body) => post(options, '/v1/exposures', body),
    reachable: isLive,
  });
  const connection = followDecisions(settings, held, lifecycle);
  const closed = new AbortController();

  return {
    get state() {
      return state();
    },
    get evaluations() {
      return held.current();
    },
    evaluation: (flag) => held.current().get(flag),
    value(flag, defaultValue) {
      const evaluation = held.current().get(flag);
      if (evaluation && evaluation.errorCode === undefined) exposures.used(flag, evaluation.variant);
      else if (!evaluation && isLive()) exposures.unknown(flag);
      return valueOr(evaluation?.value, defaultValue);
    },
    async setContext(context) {
      if (!held.ask(context) || state() === 'closed') return;
      if (state() === 'idle') return held.lose();
      enter('connecting');
      if (!connection.reopen()) lose(held, lifecycle);
      await settled(15_000);
    },
    subscribe,
    ready: settled,
    start() {
      if (state() !== 'idle') return;
      enter('connecting');
      connection.open();
      const untilClosed = { signal: closed.signal };
      // a page that is left tells what it used; one that has its network back need not wait
      page.addEventListener?.('pagehide', () => void exposures.flush(true), untilClosed);
      page.addEventListener?.('online', connection.reopenSoon, untilClosed);
    },
    async close() {
      connection.close();
      closed.abort();
      const counted = exposures.close();
      enter('closed');
      await counted;
    },
  };
}

/** Where decisions come from, and what each report does to what is held. */
function followDecisions(options: FollowOptions, held: HeldDecisions, lifecycle: Lifecycle): Connection {
  const connection: Connection = connectService({
    ...options,
    event: 'decisions',
    request: () => post(options, '/v1/decisions', held.question()),
    lastEventId: held.lastEventId,
    onReport(report) {
      const isMessage = report.kind === 'message';
      if (isMessage && report.event === 'refetch') connection.reopenSoon();
      if (isMessage && report.event !== 'decisions' && report.event !== 'changed') return true;
      const confirms = isMessage ? held.receive(report) : report.kind === 'unchanged' && !held.isAsking();
      if (confirms) lifecycle.enter('live', isMessage);
      return confirms;
    },
    onFailure(failure) {
      lifecycle.raiseFailure(failure);
      lose(held, lifecycle);
    },
  });
  return connection;
}

type FollowOptions = Omit<ClientOptions, 'storage'> & { clock: Clock; random: () => number; fetch: Fetch };

function lose(held: HeldDecisions, { enter }: Lifecycle): void {
  held.lose();
  enter('lost', true);
}

function post({ url, key }: { url: string; key: string }, path: string, body: string): HttpRequest {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return { url: serviceUrl(url, path), method: 'POST', headers, body };
}

function localStorageIfAny(): KeyValueStorage | undefined {
  try {
    return page.localStorage;
  } catch {
    return undefined; // it may be forbidden
  }
}
