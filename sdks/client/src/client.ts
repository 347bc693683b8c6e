import type { Evaluation, EvaluationContext } from '@burgee/evaluator';
import { type Clock, systemClock } from './clock.ts';
import { keepConnected } from './connection.ts';
import { readDecisions } from './decisions.ts';
import type { BurgeeClientError } from './errors.ts';
import { countExposures } from './exposures.ts';
import { type ClientState, createLifecycle } from './lifecycle.ts';
import { createMemory } from './memory.ts';
import { pollSource } from './sources/poll.ts';
import type { Fetch, HttpRequest, Message, Source } from './sources/source.ts';
import type { KeyValueStorage } from './sources/storage.ts';
import { streamSource } from './sources/stream.ts';
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
  /** Told of trouble, each kind once until things go well again. The client itself never throws. */
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

/** Makes a client for a browser. It asks nothing before `start()`. */
export function createClient(options: ClientOptions): BurgeeClient {
  const { url, key, initial, onError, source = 'stream', clock = systemClock, random = Math.random } = options;
  const fetch: Fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
  const { storage = localStorageIfAny(), application = pageHost() } = options;
  const { state, signal, publish, raise, raiseFailure, subscribe, settled } = createLifecycle(clock, onError);
  const memory = createMemory({ storage, initial, onTrouble: (detail) => raise('BURGEE_CLIENT_005', detail) });
  let { question, identity } = ask(options.context);
  let held = memory.recall(identity, options.hydrate);
  /** True from a change of context to its first answer or failure. */
  let asking = false;
  let stopListening = () => {};

  const exposures = countExposures({
    application,
    clock,
    random,
    fetch,
    request: (body) => request('/v1/exposures', body),
    reachable: () => state() === 'live',
  });
  const http = { request: () => request('/v1/decisions', question), fetch, clock };
  const poll = pollSource({ ...http, event: 'decisions', intervalMs: options.pollIntervalMs ?? 30_000, random });
  const connection = keepConnected({
    sources: source === 'stream' ? [streamSource(http), poll] : [source === 'poll' ? poll : source],
    clock,
    random,
    onMessage: receive,
    onQuiet: confirm,
    onFailure(failure) {
      raiseFailure(failure);
      lose();
    },
  });

  function request(path: string, body: string): HttpRequest {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    return { url: url.replace(/\/+$/, '') + path, method: 'POST', headers, body };
  }

  function ask(context: EvaluationContext = {}): { question: string; identity: string } {
    const identity = `${url}\n${key}\n${context.targetingKey ?? ''}`;
    try {
      return { question: JSON.stringify({ context }), identity };
    } catch (error) {
      raise('BURGEE_CLIENT_006', 'the context is not JSON', error);
      return { question: JSON.stringify({ context: { targetingKey: context.targetingKey } }), identity };
    }
  }

  function receive({ event, data }: Message): boolean {
    if (event !== 'decisions' && event !== 'changed') return true;
    const decisions = readDecisions(event, data, held);
    if (!decisions) return false;
    held = decisions;
    asking = false;
    signal('received');
    publish();
    memory.keep(identity, held);
    return true;
  }

  /** Only an answer of the service to this very question can be confirmed by it. */
  function confirm(report: 'alive' | 'unchanged'): boolean {
    if (report === 'alive' || asking) return false;
    if (signal('received')) publish();
    return true;
  }

  function lose(): void {
    if (asking) held = memory.recall(identity);
    asking = false;
    signal('failed');
    publish();
  }

  return {
    get state() {
      return state();
    },
    get evaluations() {
      return held;
    },
    evaluation: (flag) => held.get(flag),
    value(flag, defaultValue) {
      const evaluation = held.get(flag);
      if (evaluation?.variant !== undefined) exposures.used(flag, evaluation.variant);
      else if (!evaluation && state() === 'live') exposures.unknown(flag);
      return valueOr(evaluation?.value, defaultValue);
    },
    async setContext(context) {
      const before = question;
      ({ question, identity } = ask(context));
      if (question === before || state() === 'closed') return;
      asking = true;
      if (state() === 'idle') return lose();
      signal('start');
      publish();
      if (!connection.reopen()) lose();
      await settled(15_000);
    },
    subscribe,
    ready: settled,
    start() {
      if (state() !== 'idle') return;
      signal('start');
      publish();
      connection.open();
      stopListening = onPageHide(() => void exposures.flush());
    },
    async close() {
      connection.close();
      stopListening();
      const counted = exposures.close();
      if (signal('close')) publish();
      await counted;
    },
  };
}

function localStorageIfAny(): KeyValueStorage | null {
  try {
    return (globalThis as { localStorage?: KeyValueStorage }).localStorage ?? null;
  } catch {
    return null;
  }
}

/** A page that is left tells what it used. */
function onPageHide(run: () => void): () => void {
  const page = globalThis as Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>>;
  page.addEventListener?.('pagehide', run);
  return () => page.removeEventListener?.('pagehide', run);
}

function pageHost(): string {
  return (globalThis as { location?: { host?: string } }).location?.host || 'unknown';
}
