import { createServer, type Server, type ServerResponse } from 'node:http';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { collectDefaultMetrics, type Registry } from 'prom-client';
import { CONFIG, type Config } from '../config.ts';
import { LOGGER, METRICS } from '../platform.module.ts';

/** Serves `/metrics` on a port of its own, which is not published. */
@Injectable()
export class MetricsListener implements OnModuleInit, OnApplicationShutdown {
  readonly #config: Config;
  readonly #metrics: Registry;
  readonly #logger: Logger;
  #server: Server | undefined;

  constructor(@Inject(CONFIG) config: Config, @Inject(METRICS) metrics: Registry, @Inject(LOGGER) logger: Logger) {
    this.#config = config;
    this.#metrics = metrics;
    this.#logger = logger;
  }

  async onModuleInit(): Promise<void> {
    collectDefaultMetrics({ register: this.#metrics });
    const { metricsPort, host } = this.#config;
    if (metricsPort === undefined) return;
    const server = createServer((request, response) => {
      if (request.method !== 'GET' || request.url !== '/metrics') response.writeHead(404).end();
      else void this.#answer(response);
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(metricsPort, host, resolve);
    });
    // an error of accepting, such as EMFILE, is no reason to end the process
    server.on('error', (error) => this.#logger.warn({ err: error }, 'the port of the metrics has trouble'));
  }

  onApplicationShutdown(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  async #answer(response: ServerResponse): Promise<void> {
    try {
      const text = await this.#metrics.metrics();
      response.writeHead(200, { 'content-type': this.#metrics.contentType }).end(text);
    } catch (error) {
      this.#logger.error({ err: error }, 'the metrics cannot be gathered');
      response.writeHead(500).end();
    }
  }
}
