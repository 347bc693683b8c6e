import {
  type CompiledRuleset,
  compile,
  type Evaluation,
  type EvaluationContext,
  evaluate,
  evaluateAll,
  parseRuleset,
  type Ruleset,
} from '@burgee/evaluator';
import { regexEngine } from '@burgee/evaluator/regex';
import { type Clock, systemClock } from './clock.ts';
import { Connection } from './connection.ts';
import type { BurgeeClientError } from './errors.ts';
import { Exposures } from './exposures.ts';
import { type ClientState, Lifecycle } from './lifecycle.ts';
import { applyPatch, type RawRuleset, readRuleset } from './ruleset-patch.ts';
import { type FileCache, fileCache } from './sources/file.ts';
import { pollSource } from './sources/poll.ts';
import type { Fetch, HttpRequest, Message, Source } from './sources/source.ts';
import { staticSource } from './sources/static.ts';
import { streamSource } from './sources/stream.ts';
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
  /** Told of trouble, each kind once until things go well again. The client itself never throws. */
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
  return new RulesetClient(options);
}

class RulesetClient implements ServerClient {
  readonly #options: ServerClientOptions;
  readonly #clock: Clock;
  readonly #lifecycle: Lifecycle;
  readonly #exposures: Exposures;
  readonly #connection: Connection;
  readonly #cache: FileCache | undefined;
  #raw: RawRuleset | undefined;
  #compiled: CompiledRuleset | undefined;
  #saving: Promise<void> = Promise.resolve();
  #unsaved = false;

  constructor(options: ServerClientOptions) {
    const { clock = systemClock, random = Math.random, fetch = globalThis.fetch, url, key } = options;
    this.#options = options;
    this.#clock = clock;
    this.#lifecycle = new Lifecycle(clock, options.onError);
    this.#cache = options.cacheFile ? fileCache(options.cacheFile, 'ruleset', { url, key }) : undefined;
    this.#exposures = new Exposures({
      application: options.application ?? 'unknown',
      clock,
      random,
      fetch,
      request: (body) => ({ ...this.#request('/v1/exposures'), method: 'POST', body }),
      reachable: () => this.state === 'live',
    });
    const http = { request: () => this.#request('/v1/ruleset'), fetch, clock };
    const poll = pollSource({ ...http, event: 'ruleset', intervalMs: options.pollIntervalMs ?? 30_000, random });
    const stream = streamSource({ ...http, request: () => this.#resume() });
    const { source = 'stream' } = options;
    this.#connection = new Connection({
      sources: source === 'stream' ? [stream, poll] : [source === 'poll' ? poll : source],
      clock,
      random,
      onMessage: (message) => this.#receive(message),
      onQuiet: () => this.#confirm(),
      onFailure: (failure) => {
        this.#lifecycle.raiseFailure(failure);
        this.#lifecycle.signal('failed');
        this.#lifecycle.publish();
      },
    });
    this.#recall();
    this.#lifecycle.signal('start');
    this.#connection.open();
  }

  get state(): ClientState {
    return this.#lifecycle.state;
  }

  get version(): string | undefined {
    return this.#raw?.version;
  }

  evaluate(key: string, context: EvaluationContext): Evaluation {
    if (!this.#compiled) return { flagKey: key, reason: 'ERROR', errorCode: 'PROVIDER_NOT_READY' };
    const evaluation = evaluate(this.#compiled, key, context, this.#clock.now());
    if (evaluation.variant !== undefined) this.#exposures.used(key, evaluation.variant);
    else if (evaluation.errorCode === 'FLAG_NOT_FOUND' && this.state === 'live') this.#exposures.unknown(key);
    return evaluation;
  }

  value<T>(key: string, defaultValue: T, context: EvaluationContext): T {
    return valueOr(this.evaluate(key, context).value, defaultValue);
  }

  initialFor(context: EvaluationContext): Record<string, unknown> {
    if (!this.#compiled) return {};
    const all = evaluateAll(this.#compiled, context, this.#clock.now(), 'clientVisible');
    const decided = all.filter((evaluation) => evaluation.value !== undefined);
    return Object.fromEntries(decided.map((evaluation) => [evaluation.flagKey, evaluation.value]));
  }

  subscribe(listener: () => void): () => void {
    return this.#lifecycle.subscribe(listener);
  }

  ready(timeoutMs = 5_000): Promise<void> {
    return this.#lifecycle.settled(timeoutMs);
  }

  async close(): Promise<void> {
    this.#connection.close();
    const counted = this.#exposures.close();
    if (this.#lifecycle.signal('close')) this.#lifecycle.publish();
    await Promise.all([counted, this.#saving]);
  }

  #receive({ event, data }: Message): boolean {
    if (event !== 'ruleset' && event !== 'patch') return true;
    const next = event === 'patch' ? applyPatch(data, this.#raw) : readRuleset(data);
    if (next === 'gap') return this.#forget();
    if (!next || !this.#adopt(next)) return false;
    this.#lifecycle.signal('received');
    this.#lifecycle.publish();
    this.#keep();
    return true;
  }

  /** After a gap the next attempt asks for everything; what is compiled goes on deciding. */
  #forget(): false {
    this.#raw = undefined;
    return false;
  }

  /** Parsed and compiled whole before anything is replaced: a ruleset that makes no sense changes nothing. */
  #adopt(raw: RawRuleset): boolean {
    const parsed = parseRuleset(raw);
    if (!parsed.ok) {
      const faults = parsed.problems.slice(0, 3).map(({ path, message }) => `${path}: ${message}`);
      this.#lifecycle.raise('BURGEE_CLIENT_004', faults.join('; '));
      return false;
    }
    this.#compiled = compile(parsed.ruleset, { regex: regexEngine });
    this.#raw = raw;
    return true;
  }

  /** A quiet server confirms what is held, because the request named its version. */
  #confirm(): boolean {
    if (!this.#raw) return false;
    if (this.#lifecycle.signal('received')) this.#lifecycle.publish();
    return true;
  }

  #recall(): void {
    const { bootstrap } = this.#options;
    const brought = bootstrap ? staticSource('ruleset', JSON.stringify(bootstrap)) : undefined;
    for (const source of [this.#cache, brought].filter((source) => source !== undefined)) {
      source.open((report) => {
        if (report.kind === 'message' && !this.#raw) {
          const raw = readRuleset(report.data);
          if (raw) this.#adopt(raw);
        } else if (report.kind === 'failed' && report.failure.cause === 'broken') {
          this.#lifecycle.raise('BURGEE_CLIENT_005', report.failure.detail);
        }
      })();
    }
  }

  /** One write at a time; of those that came meanwhile only the newest is written. */
  #keep(): void {
    if (!this.#cache || this.#unsaved) return;
    this.#unsaved = true;
    this.#saving = this.#saving.then(async () => {
      this.#unsaved = false;
      try {
        if (this.#raw) await this.#cache?.save(JSON.stringify(this.#raw));
      } catch (error) {
        this.#lifecycle.raise('BURGEE_CLIENT_005', 'the ruleset could not be kept', error);
      }
    });
  }

  #resume(): HttpRequest {
    const request = this.#request('/v1/ruleset');
    return this.#raw ? { ...request, headers: { ...request.headers, 'last-event-id': this.#raw.version } } : request;
  }

  /** Each request has a connection of its own: those to a server that just died are not used again. */
  #request(path: string): HttpRequest {
    const { url, key } = this.#options;
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', connection: 'close' };
    return { url: url.replace(/\/+$/, '') + path, method: 'GET', headers };
  }
}
