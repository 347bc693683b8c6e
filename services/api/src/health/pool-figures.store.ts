import { Inject, Injectable, Optional } from '@nestjs/common';
import { Gauge, type Registry } from 'prom-client';
import { METRICS } from '../platform.module.ts';
import { Postgres } from '../postgres.ts';

/** Shows the connections to the database; a relay has none. */
@Injectable()
export class PoolFigures {
  constructor(@Optional() @Inject(Postgres) postgres: Postgres | undefined, @Inject(METRICS) metrics: Registry) {
    if (postgres === undefined) return;
    new Gauge({
      name: 'burgee_pool_connections',
      help: 'Connections to the database by pool and state; waiting: requests that wait for one.',
      labelNames: ['pool', 'state'],
      registers: [metrics],
      collect() {
        for (const { pool, ...states } of postgres.connections()) {
          for (const [state, count] of Object.entries(states)) this.set({ pool, state }, count);
        }
      },
    });
  }
}
