import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Public } from '../access/credential.guard.ts';
import { Readiness } from './readiness.store.ts';

/** `/livez`: the process answers. `/readyz`: it wants requests. */
@Controller()
export class HealthController {
  readonly #readiness: Readiness;

  constructor(@Inject(Readiness) readiness: Readiness) {
    this.#readiness = readiness;
  }

  @Public()
  @Get('livez')
  live(): { status: string } {
    return { status: 'alive' };
  }

  @Public()
  @Get('readyz')
  ready(@Res() reply: FastifyReply): void {
    const status = this.#readiness.isDraining ? 'draining' : 'ready';
    reply.status(status === 'ready' ? 200 : 503).send({ status });
  }
}
