import { Controller, Get, Inject, NotFoundException, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Registry } from 'prom-client';
import { Public } from '../access/credential.guard.ts';
import { CONFIG, type Config } from '../config.ts';
import { METRICS } from '../platform.module.ts';
import { Readiness } from './readiness.store.ts';

/** `/livez`: the process answers. `/readyz`: it wants requests. `/metrics`: figures, unless they have a port of their own. */
@Controller()
export class HealthController {
  readonly #readiness: Readiness;
  readonly #config: Config;
  readonly #metrics: Registry;

  constructor(
    @Inject(Readiness) readiness: Readiness,
    @Inject(CONFIG) config: Config,
    @Inject(METRICS) metrics: Registry,
  ) {
    this.#readiness = readiness;
    this.#config = config;
    this.#metrics = metrics;
  }

  @Public()
  @Get('livez')
  live(): { status: string } {
    return { status: 'alive' };
  }

  @Public()
  @Get('readyz')
  ready(@Res() reply: FastifyReply): void {
    const status = this.#readiness.status();
    const code = status === 'ready' || status === 'stale' ? 200 : 503;
    reply.status(code).send({ service: 'burgee', status, lastSyncAgeMs: this.#readiness.lastSyncAgeMs() });
  }

  @Public()
  @Get('metrics')
  async figures(@Res() reply: FastifyReply): Promise<void> {
    const { metricsPort, host } = this.#config;
    if (metricsPort !== undefined || !loopback.has(host)) throw new NotFoundException();
    reply.header('content-type', this.#metrics.contentType).send(await this.#metrics.metrics());
  }
}

const loopback = new Set(['127.0.0.1', 'localhost', '::1']);
