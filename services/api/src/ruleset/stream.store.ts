import type { ServerResponse } from 'node:http';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Gauge, type Registry } from 'prom-client';
import { KeyStore } from '../access/key.store.ts';
import { BurgeeError } from '../errors.ts';
import { METRICS } from '../platform.module.ts';

/** An open event stream. */
export interface EventStream {
  /** Sends one event; cuts a reader that has not taken what it was sent before. */
  send(event: string | Buffer): void;
  /** Ends it; the reader comes back by itself. */
  end(): void;
  readonly isOpen: boolean;
}

export interface StreamOptions {
  /** Asked at least once a minute, and whenever a key changes: a stream that may not go on is ended. */
  readonly isAllowed: () => boolean;
  readonly onEnd: () => void;
}

export const streamLimits = { streams: 12_000, unreadBytes: 256 * 1024, heartbeatMs: 15_000, perTurn: 200 } as const;

/** All event streams of this process: one heartbeat, one cap, one way to end. */
@Injectable()
export class EventStreams implements OnApplicationShutdown {
  readonly #streams = new Set<OpenStream>();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #unsubscribe: () => void;
  #isDraining = false;

  constructor(@Inject(KeyStore) keys: KeyStore, @Inject(METRICS) metrics: Registry) {
    this.#heartbeat = setInterval(() => this.#beat(), streamLimits.heartbeatMs).unref();
    this.#unsubscribe = keys.subscribe(() => this.#review());
    const streams = this.#streams;
    new Gauge({
      name: 'burgee_streams',
      help: 'Open event streams.',
      registers: [metrics],
      collect() {
        this.set(streams.size);
      },
    });
  }

  /**
   * Takes over a request and answers it with events.
   *
   * @throws TOO_MANY_STREAMS at the cap, and while draining
   */
  open(reply: FastifyReply, options: StreamOptions): EventStream {
    if (this.#isDraining || this.#streams.size >= streamLimits.streams) {
      const retryAfterSeconds = 1 + Math.floor(Math.random() * 10);
      throw new BurgeeError('TOO_MANY_STREAMS', 'this replica takes no more streams', { retryAfterSeconds });
    }
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...streamHeaders });
    response.write(`retry: ${retryMs()}\n\n`);
    const stream = new OpenStream(response, options);
    this.#streams.add(stream);
    response.once('close', () => {
      this.#streams.delete(stream);
      stream.closed();
    });
    return stream;
  }

  /** Ends all streams, spread over `overMs`, each with a delay of its own after which to come back. */
  async drain(overMs: number): Promise<void> {
    this.#isDraining = true;
    const streams = [...this.#streams];
    const started = Date.now();
    for (const [index, stream] of streams.entries()) {
      if (index % streamLimits.perTurn === 0) await untilTurn(started + (overMs * index) / Math.max(streams.length, 1));
      stream.send(`retry: ${retryMs()}\n\n`);
      stream.end();
    }
  }

  onApplicationShutdown(): void {
    clearInterval(this.#heartbeat);
    this.#unsubscribe();
    for (const stream of this.#streams) stream.end();
  }

  #beat(): void {
    this.#review();
    forEachInTurns(this.#streams, (stream) => stream.send(heartbeat));
  }

  #review(): void {
    for (const stream of this.#streams) if (!stream.isAllowed()) stream.end();
  }
}

/** Calls back for some hundreds of items a turn, so that requests are answered in between; order is kept. */
export function forEachInTurns<T>(items: Iterable<T>, callback: (item: T) => void): void {
  const all = [...items];
  const turn = (from: number) => {
    for (const item of all.slice(from, from + streamLimits.perTurn)) callback(item);
    if (from + streamLimits.perTurn < all.length) setImmediate(turn, from + streamLimits.perTurn);
  };
  turn(0);
}

class OpenStream implements EventStream {
  readonly #response: ServerResponse;
  readonly #options: StreamOptions;
  #isOpen = true;

  constructor(response: ServerResponse, options: StreamOptions) {
    this.#response = response;
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  isAllowed(): boolean {
    return this.#options.isAllowed();
  }

  send(event: string | Buffer): void {
    if (!this.#isOpen) return;
    if (this.#response.writableLength > streamLimits.unreadBytes) this.#response.destroy();
    else this.#response.write(event);
  }

  end(): void {
    if (!this.#isOpen) return;
    this.#response.end();
    // a reader that takes nothing would keep it open for ever
    setTimeout(() => this.#response.destroy(), lastWordsMs).unref();
  }

  closed(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#options.onEnd();
  }
}

const lastWordsMs = 2000;
const heartbeat = Buffer.from(': \n\n');
const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
} as const;

/** Between 1 and 5 s, so that the readers of a replica that goes do not come back in one wave. */
function retryMs(): number {
  return 1000 + Math.floor(Math.random() * 4000);
}

async function untilTurn(at: number): Promise<void> {
  const waitMs = Math.max(0, at - Date.now());
  await new Promise((resolve) => setTimeout(resolve, waitMs));
}
