import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Registry } from 'prom-client';
import { Public } from '../access/credential.guard.ts';
import { CONFIG, type Config } from '../config.ts';
import { BurgeeError } from '../errors.ts';
import { METRICS } from '../platform.module.ts';
import { Shedding } from '../traffic/shedding.store.ts';
import { Readiness } from './readiness.store.ts';

/** `/livez`: the process answers. `/readyz`: it wants requests, also when it is stale or busy. `/metrics`: figures, unless they have a port of their own. */
@Controller()
export class HealthController {
  readonly #readiness: Readiness;
  readonly #shedding: Shedding;
  readonly #config: Config;
  readonly #metrics: Registry;

  constructor(
    @Inject(Readiness) readiness: Readiness,
    @Inject(Shedding) shedding: Shedding,
    @Inject(CONFIG) config: Config,
    @Inject(METRICS) metrics: Registry,
  ) {
    this.#readiness = readiness;
    this.#shedding = shedding;
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
    reply.status(code).send({
      service: 'burgee',
      status,
      role: this.#config.role,
      lastSyncAgeMs: this.#readiness.lastSyncAgeMs(),
      isBusy: this.#shedding.isHigh,
    });
  }

  @Public()
  @Get('metrics')
  async figures(@Res() reply: FastifyReply): Promise<void> {
    const { metricsPort, host } = this.#config;
    if (metricsPort !== undefined || !loopback.has(host))
      throw new BurgeeError('NOT_FOUND', 'there is nothing at this address');
    reply.header('content-type', this.#metrics.contentType).send(await this.#metrics.metrics());
  }
}

const loopback = new Set(['127.0.0.1', 'localhost', '::1']);
