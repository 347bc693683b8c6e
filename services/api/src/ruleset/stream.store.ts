import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { KeyStore } from '../access/key.store.ts';
import { CONFIG, type Config } from '../config.ts';
import { BurgeeError } from '../errors.ts';
import { METRICS } from '../platform.module.ts';
import { unansweredConnections } from './half-open.store.ts';
import { type Cut, type EventStream, OpenStream, type StreamKind, type StreamOptions } from './open-stream.store.ts';
import { Readers, readersPerTurn } from './readers.store.ts';

/** Something held open for somebody, a stream or a request that waits: it counts for the cap, and ends when the process does. */
export interface Held {
  readonly kind: StreamKind;
  /** Ends it when its key is not good any more. */
  review(): void;
  /** Ends it, with a time after which to come back. */
  leave(retryMs: number): void;
}

/** `reviewMs`: a key that expires is noticed by nobody else. */
export const streamTimes = { heartbeatMs: 15_000, reviewMs: 3_000 } as const;

/** All event streams of this process: one heartbeat, one cap, one way to end. */
@Injectable()
export class EventStreams implements OnApplicationShutdown {
  readonly #held = new Readers<Held>((held) => held instanceof OpenStream && held.beat(heartbeat));
  readonly #most: number;
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #unsubscribe: () => void;
  readonly #figures: ReturnType<typeof figuresIn>;
  readonly #countCut = (cause: Cut) => this.#figures.cut.inc({ cause });
  #isDraining = false;

  constructor(@Inject(CONFIG) config: Config, @Inject(KeyStore) keys: KeyStore, @Inject(METRICS) metrics: Registry) {
    this.#most = config.maxStreams;
    this.#timers = [
      setInterval(() => void this.beat(), streamTimes.heartbeatMs).unref(),
      setInterval(() => this.#review(), streamTimes.reviewMs).unref(),
    ];
    this.#unsubscribe = keys.subscribe(() => this.#review());
    this.#figures = figuresIn(metrics, this.#held);
  }

  /**
   * Takes over a request and answers it with events.
   *
   * @throws TOO_MANY_STREAMS at the cap, and while draining
   */
  open(reply: FastifyReply, options: StreamOptions): EventStream {
    this.#admit(options.kind);
    const response = reply.raw;
    // gone while its question was looked into: it would never be heard to close
    if (response.destroyed) throw new BurgeeError('UNAVAILABLE', 'the reader has gone');
    reply.hijack();
    response.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...streamHeaders });
    response.write(`retry: ${retryMs()}\n\n`);
    const stream = new OpenStream(response, options, this.#countCut);
    const forget = this.#held.add(stream);
    // whoever opened it may still have to read the question
    if (options.kind !== 'changes') setImmediate(forgetQuestion, reply.request);
    response.once('close', () => {
      forget();
      stream.closed();
    });
    return stream;
  }

  /**
   * Counts a request that waits as a stream; returns the undo.
   *
   * @throws TOO_MANY_STREAMS at the cap, and while draining
   */
  hold(waiting: Held): () => void {
    this.#admit(waiting.kind);
    return this.#held.add(waiting);
  }

  /** To be told the instants of changes once their last reader has been written to. */
  readonly propagated = (changedAts: readonly number[]): void => {
    const now = Date.now();
    for (const changedAt of changedAts) this.#figures.propagation.observe(Math.max(0, now - changedAt) / 1000);
  };

  /** Cuts whoever is gone, and gives the others a sign of life. */
  async beat(): Promise<void> {
    if (this.#held.size > 0) this.#judge(await unansweredConnections());
    this.#held.spread();
  }

  /** Ends all streams, spread over `overMs`, each with a delay of its own after which to come back. */
  async drain(overMs: number): Promise<void> {
    this.#isDraining = true;
    const all = [...this.#held];
    const started = Date.now();
    for (const [index, held] of all.entries()) {
      if (index % drainedPerTurn(all.length) === 0) await untilTurn(started + (overMs * index) / all.length);
      held.leave(retryMs());
    }
  }

  onApplicationShutdown(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#unsubscribe();
    for (const held of this.#held) held.leave(retryMs());
  }

  #admit(kind: StreamKind): void {
    const most = this.#most - (kept.has(kind) ? 0 : Math.floor(this.#most / keptShare));
    if (!this.#isDraining && this.#held.size < most) return;
    this.#figures.refused.inc();
    const retryAfterSeconds = 1 + Math.floor(Math.random() * 10);
    throw new BurgeeError('TOO_MANY_STREAMS', 'this replica takes no more streams', { retryAfterSeconds });
  }

  #judge(unanswered: ReadonlyMap<string, number>): void {
    for (const held of this.#held) if (held instanceof OpenStream) held.judge(unanswered);
  }

  #review(): void {
    for (const held of this.#held) held.review();
  }
}

/** A client key is public, and its streams may not fill the last of the room: servers, and people at the admin, still get in. */
const kept: ReadonlySet<StreamKind> = new Set(['ruleset', 'changes']);
const keptShare = 20;

/** In at least twenty steps, and some hundreds a step at most. */
function drainedPerTurn(streams: number): number {
  return Math.min(readersPerTurn, Math.ceil(streams / 20));
}

function figuresIn(metrics: Registry, all: Iterable<Held>) {
  const registers = [metrics];
  new Gauge({
    name: 'burgee_streams',
    help: 'Open event streams, and requests that wait, by kind.',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset();
      for (const kind of kinds) this.set({ kind }, 0);
      for (const { kind } of all) this.inc({ kind });
    },
  });
  return {
    refused: new Counter({
      name: 'burgee_streams_refused_total',
      help: 'Streams refused because this replica has too many or drains.',
      registers,
    }),
    cut: new Counter({
      name: 'burgee_streams_cut_total',
      help: 'Streams cut by this replica: slow or stalled readers, vanished peers, revoked keys.',
      labelNames: ['cause'],
      registers,
    }),
    propagation: new Histogram({
      name: 'burgee_propagation_seconds',
      help: 'From a commit to the last stream of this replica that was told.',
      buckets: [0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.15, 0.3, 0.6, 1, 2, 5, 10, 30, 60],
      registers,
    }),
  };
}

const kinds: readonly StreamKind[] = ['decisions', 'ruleset', 'nudges', 'changes', 'poll'];
const heartbeat = Buffer.from(': \n\n');
const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
} as const;

/** What was asked is answered; for as long as a stream lasts, Node and Fastify would keep every header of it. */
function forgetQuestion(request: FastifyRequest): void {
  const { raw } = request;
  raw.rawHeaders = [];
  raw.headers = {};
  request.body = request.query = request.params = undefined;
}

/** Between 1 and 5 s, so that the readers of a replica that goes do not come back in one wave. */
function retryMs(): number {
  return 1000 + Math.floor(Math.random() * 4000);
}

async function untilTurn(at: number): Promise<void> {
  const waitMs = Math.max(0, at - Date.now());
  await new Promise((resolve) => setTimeout(resolve, waitMs));
}
