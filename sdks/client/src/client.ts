import type { Evaluation, EvaluationContext } from '@burgee/evaluator';
import { type Clock, systemClock } from './clock.ts';
import { Connection } from './connection.ts';
import { cached, type Decisions, decisionsOf, nothingDecided, readDecisions, writeDecisions } from './decisions.ts';
import type { BurgeeClientError } from './errors.ts';
import { Exposures } from './exposures.ts';
import { type ClientState, Lifecycle } from './lifecycle.ts';
import { pollSource } from './sources/poll.ts';
import type { Fetch, HttpRequest, Message, Source } from './sources/source.ts';
import { staticSource } from './sources/static.ts';
import { type KeyValueStorage, storageCache } from './sources/storage.ts';
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
  return new DecisionClient(options);
}

class DecisionClient implements BurgeeClient {
  readonly #options: ClientOptions;
  readonly #lifecycle: Lifecycle;
  readonly #exposures: Exposures;
  readonly #connection: Connection;
  readonly #storage: KeyValueStorage | null;
  #question = '{"context":{}}';
  #user = '';
  #held: Decisions = nothingDecided;
  #stopListening: () => void = () => {};
  /** True from a change of context to its first answer or failure. */
  #asking = false;

  constructor(options: ClientOptions) {
    const { clock = systemClock, random = Math.random, fetch = (url, init) => globalThis.fetch(url, init) } = options;
    this.#options = options;
    this.#lifecycle = new Lifecycle(clock, options.onError);
    this.#storage = options.storage === undefined ? localStorageIfAny() : options.storage;
    this.#exposures = new Exposures({
      application: options.application ?? pageHost(),
      clock,
      random,
      fetch,
      request: (body) => this.#request('/v1/exposures', body),
      reachable: () => this.state === 'live',
    });
    const http = { request: () => this.#request('/v1/decisions', this.#question), fetch, clock };
    const poll = pollSource({ ...http, event: 'decisions', intervalMs: options.pollIntervalMs ?? 30_000, random });
    const { source = 'stream' } = options;
    this.#connection = new Connection({
      sources: source === 'stream' ? [streamSource(http), poll] : [source === 'poll' ? poll : source],
      clock,
      random,
      onMessage: (message) => this.#receive(message),
      onQuiet: (report) => report === 'unchanged' && this.#confirm(),
      onFailure: (failure) => {
        this.#lifecycle.raiseFailure(failure);
        this.#lose();
      },
    });
    this.#ask(options.context ?? {});
    this.#recall(options.hydrate ?? false);
  }

  get state(): ClientState {
    return this.#lifecycle.state;
  }

  get evaluations(): ReadonlyMap<string, Evaluation> {
    return this.#held.flags;
  }

  evaluation(key: string): Evaluation | undefined {
    return this.#held.flags.get(key);
  }

  value<T>(key: string, defaultValue: T): T {
    const evaluation = this.#held.flags.get(key);
    if (evaluation?.variant !== undefined) this.#exposures.used(key, evaluation.variant);
    else if (!evaluation && this.state === 'live') this.#exposures.unknown(key);
    return valueOr(evaluation?.value, defaultValue);
  }

  async setContext(context: EvaluationContext): Promise<void> {
    const before = this.#question;
    this.#ask(context);
    if (this.#question === before || this.state === 'closed') return;
    if (this.state === 'idle') return this.#recall(false);
    this.#asking = true;
    this.#lifecycle.signal('start');
    this.#lifecycle.publish();
    if (!this.#connection.reopen()) this.#lose();
    return this.#lifecycle.settled(15_000);
  }

  subscribe(listener: () => void): () => void {
    return this.#lifecycle.subscribe(listener);
  }

  ready(timeoutMs = 5_000): Promise<void> {
    return this.#lifecycle.settled(timeoutMs);
  }

  start(): void {
    if (this.state !== 'idle') return;
    this.#lifecycle.signal('start');
    this.#lifecycle.publish();
    this.#connection.open();
    this.#stopListening = onPageHide(() => void this.#exposures.flush());
  }

  async close(): Promise<void> {
    this.#connection.close();
    this.#stopListening();
    const counted = this.#exposures.close();
    if (this.#lifecycle.signal('close')) this.#lifecycle.publish();
    await counted;
  }

  #receive({ event, data }: Message): boolean {
    if (event !== 'decisions' && event !== 'changed') return true;
    const decisions = readDecisions(event, data, this.#held);
    if (!decisions) return false;
    this.#held = decisions;
    this.#asking = false;
    this.#lifecycle.signal('received');
    this.#lifecycle.publish();
    this.#keep();
    return true;
  }

  /** The service says that nothing changed: true only if what is held is an answer of its own. */
  #confirm(): boolean {
    if (this.#asking || this.#held.version === '') return false;
    if (this.#lifecycle.signal('received')) this.#lifecycle.publish();
    return true;
  }

  #lose(): void {
    if (this.#asking) this.#recall(false);
    this.#asking = false;
    this.#lifecycle.signal('failed');
    this.#lifecycle.publish();
  }

  /** Falls back to what was kept for this user, then to what the application brought along. */
  #recall(initialFirst: boolean): void {
    const { initial } = this.#options;
    const brought = initial ? staticSource('decisions', decisionsOf(initial)) : undefined;
    const found = [this.#cache(), brought].filter((source) => source !== undefined);
    this.#held = nothingDecided;
    for (const source of initialFirst ? found.reverse() : found) {
      source.open((report) => {
        if (report.kind === 'message' && this.#held === nothingDecided) this.#remember(report);
        else if (report.kind === 'failed' && report.failure.cause === 'broken') {
          this.#lifecycle.raise('BURGEE_CLIENT_005', report.failure.detail);
        }
      })();
    }
  }

  #remember({ event, data }: Message): void {
    const decisions = readDecisions(event, data, nothingDecided);
    if (decisions) this.#held = cached(decisions);
  }

  #keep(): void {
    try {
      this.#cache()?.save(writeDecisions(this.#held));
    } catch (error) {
      this.#lifecycle.raise('BURGEE_CLIENT_005', 'the decisions could not be kept', error);
    }
  }

  #cache(): ReturnType<typeof storageCache> | undefined {
    const { url, key } = this.#options;
    return this.#storage ? storageCache(this.#storage, 'decisions', `${url}\n${key}\n${this.#user}`) : undefined;
  }

  #ask(context: EvaluationContext): void {
    try {
      this.#question = JSON.stringify({ context });
    } catch (error) {
      this.#question = JSON.stringify({ context: { targetingKey: context.targetingKey } });
      this.#lifecycle.raise('BURGEE_CLIENT_006', 'the context is not JSON', error);
    }
    this.#user = String(context.targetingKey ?? '');
  }

  #request(path: string, body: string): HttpRequest {
    const { url, key } = this.#options;
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    return { url: url.replace(/\/+$/, '') + path, method: 'POST', headers, body };
  }
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
