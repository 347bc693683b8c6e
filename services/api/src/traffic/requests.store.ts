import { Inject, Injectable } from '@nestjs/common';
import { Counter, Histogram, type Registry } from 'prom-client';
import { METRICS } from '../platform.module.ts';

/** Upper bounds of the buckets, in seconds. */
const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] as const;
const boundsMs = Float64Array.from(bounds, (seconds) => seconds * 1000);
const highestStatus = 599;

/**
 * Counts the requests of one family of routes. A request costs two additions: prom-client's own histogram would cost more
 * than deciding a flag does.
 */
export class RequestFamily {
  readonly byStatus = new Float64Array(highestStatus + 1);
  /** The last one is what was slower than every bound. */
  readonly byDuration = new Float64Array(bounds.length + 1);
  totalMs = 0;

  count(status: number): void {
    if (status <= highestStatus) this.byStatus[status] = (this.byStatus[status] ?? 0) + 1;
  }

  time(ms: number): void {
    let bucket = 0;
    while (bucket < boundsMs.length && ms > (boundsMs[bucket] as number)) bucket += 1;
    this.byDuration[bucket] = (this.byDuration[bucket] ?? 0) + 1;
    this.totalMs += ms;
  }
}

/** The requests of this process by family of routes; streams are counted where they are held. */
@Injectable()
export class Requests {
  readonly #families = new Map<string, RequestFamily>();

  constructor(@Inject(METRICS) metrics: Registry) {
    const families = this.#families;
    new Counter({
      name: 'burgee_http_requests_total',
      help: 'Answered requests by route and status; streams are not among them.',
      labelNames: ['route', 'status'],
      registers: [metrics],
      collect() {
        this.reset();
        for (const [route, { byStatus }] of families) {
          for (const [status, count] of byStatus.entries()) if (count > 0) this.inc({ route, status }, count);
        }
      },
    });
    new Durations(families, metrics);
  }

  family(route: string): RequestFamily {
    let family = this.#families.get(route);
    if (family === undefined) {
      family = new RequestFamily();
      this.#families.set(route, family);
    }
    return family;
  }
}

const duration = {
  name: 'burgee_http_request_duration_seconds',
  help: 'From routing a request to its answer, by route; streams and waiting requests are not among them.',
} as const;

/** A histogram whose counts lie elsewhere until somebody asks. */
class Durations extends Histogram<'route'> {
  readonly #families: ReadonlyMap<string, RequestFamily>;

  constructor(families: ReadonlyMap<string, RequestFamily>, metrics: Registry) {
    super({ ...duration, labelNames: ['route'], buckets: [...bounds], registers: [metrics] });
    this.#families = families;
  }

  /** What the registry makes the text of /metrics from. */
  async getForPromString() {
    const values = [...this.#families].flatMap(([route, family]) => samplesOf(route, family));
    return { ...duration, type: 'histogram', values, aggregator: 'sum' };
  }
}

function samplesOf(route: string, { byDuration, totalMs }: RequestFamily) {
  let count = 0;
  const buckets = Array.from(byDuration, (more, index) => {
    count += more;
    return { metricName: `${duration.name}_bucket`, labels: { le: bounds[index] ?? '+Inf', route }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${duration.name}_sum`, labels: { route }, value: totalMs / 1000 },
    { metricName: `${duration.name}_count`, labels: { route }, value: count },
  ];
}
