import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import { CONFIG, type Config } from '../config.ts';
import { LOGGER, METRICS } from '../platform.module.ts';
import { seldom } from './seldom.ts';

/** Open files that are kept for the database, the snapshots and the connections that are refused. */
const reserve = 64;
/** Connections beyond the limit that are still told why; more are dropped. */
const toldWhy = 32;

/** Keeps the connections below the open files of the process: what comes beyond is told to come back, and the rest dropped. */
@Injectable()
export class Connections {
  readonly #limit: number;
  readonly #logger: Logger;
  readonly #surplus = new Set<Socket>();
  #open = 0;

  constructor(@Inject(CONFIG) config: Config, @Inject(LOGGER) logger: Logger, @Inject(METRICS) metrics: Registry) {
    const files = openFilesAllowed(readLimits());
    this.#limit = config.maxConnections ?? Math.max(10, files - reserve);
    this.#logger = logger;
    const open = () => this.#open;
    new Gauge({
      name: 'burgee_connections',
      help: 'Open connections of clients.',
      registers: [metrics],
      collect() {
        this.set(open());
      },
    });
  }

  /** True for a connection that came when there were too many. */
  isSurplus(socket: Socket): boolean {
    return this.#surplus.size > 0 && this.#surplus.has(socket);
  }

  /** Counts the connections of a server from now on; what cannot be accepted is logged, once a minute. */
  watch(server: Server): void {
    const log = seldom(60_000, () => performance.now());
    const tell = (fields: object, sentence: string) =>
      log((suppressed) => this.#logger.warn({ ...fields, connections: this.#open, suppressed }, sentence));
    if (Number.isFinite(this.#limit)) server.maxConnections = this.#limit + toldWhy;
    server.on('connection', (socket: Socket) => {
      this.#open += 1;
      if (this.#open > this.#limit) {
        this.#surplus.add(socket);
        tell({ limit: this.#limit }, 'there are more connections than this replica takes');
      }
      socket.once('close', () => {
        this.#open -= 1;
        this.#surplus.delete(socket);
      });
    });
    server.on('drop', () => tell({ limit: this.#limit }, 'connections are dropped'));
    // without a listener an error of accepting, such as EMFILE, would end the process
    server.on('error', (error: NodeJS.ErrnoException) => tell({ code: error.code }, 'connections cannot be accepted'));
  }
}

/** Soft limit of open files in the text of /proc/self/limits; Infinity where there is none. */
export function openFilesAllowed(limits: string): number {
  const found = /^Max open files +(\d+)/m.exec(limits)?.[1];
  return found === undefined ? Number.POSITIVE_INFINITY : Number(found);
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return ''; // no Linux: the system's own limit has to do
  }
}
