import { createServer, type Server } from 'node:http';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { collectDefaultMetrics, type Registry } from 'prom-client';
import { CONFIG, type Config } from '../config.ts';
import { METRICS } from '../platform.module.ts';

/** Serves `/metrics` on a port of its own, which is not published. */
@Injectable()
export class MetricsListener implements OnModuleInit, OnApplicationShutdown {
  readonly #config: Config;
  readonly #metrics: Registry;
  #server: Server | undefined;

  constructor(@Inject(CONFIG) config: Config, @Inject(METRICS) metrics: Registry) {
    this.#config = config;
    this.#metrics = metrics;
  }

  async onModuleInit(): Promise<void> {
    collectDefaultMetrics({ register: this.#metrics });
    const { metricsPort, host } = this.#config;
    if (metricsPort === undefined) return;
    const server = createServer((request, response) => {
      if (request.method !== 'GET' || request.url !== '/metrics') response.writeHead(404).end();
      else
        void this.#metrics
          .metrics()
          .then((text) => response.writeHead(200, { 'content-type': this.#metrics.contentType }).end(text));
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(metricsPort, host, resolve);
    });
  }

  onApplicationShutdown(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}
