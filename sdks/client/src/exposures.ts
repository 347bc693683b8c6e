import type { Clock } from './clock.ts';
import type { Fetch, HttpRequest } from './sources/source.ts';

const everyMs = 60_000;
const hourMs = 3_600_000;
/** More combinations than this within a minute are not counted. */
const mostCounts = 2_000;
const mostUnknown = 100;

export interface ExposureOptions {
  application: string;
  clock: Clock;
  random: () => number;
  fetch: Fetch;
  request: (body: string) => HttpRequest;
  /** Asked before each batch: nothing is sent while the service is known to be away. */
  reachable: () => boolean;
}

interface Count {
  flag: string;
  variant: string;
  count: number;
  hour: string;
  source: 'used';
}

/** Counts which variant of which flag was used, and tells the service once a minute and at the end. */
export interface Exposures {
  used(flag: string, variant: string): void;
  unknown(flag: string): void;
  /** Sends what there is; what fails stays for the next time. */
  flush(): Promise<void>;
  /** Sends what there is for the last time; a page that goes away does not stop it. */
  close(): Promise<void>;
}

export function countExposures({ application, clock, random, fetch, request, reachable }: ExposureOptions): Exposures {
  let counts = new Map<string, Count>();
  let unknown = new Set<string>();
  /** Sent again under the same id until it is taken, so that it counts once. */
  let unsent: string | undefined;
  let cancel: (() => void) | undefined;

  function schedule(): void {
    cancel ??= clock.after(everyMs * (1 + random() * 0.1), () => void flush());
  }

  async function flush(): Promise<void> {
    cancel?.();
    cancel = undefined;
    if (reachable() && (await send())) unsent = undefined;
    if (unsent || counts.size + unknown.size > 0) schedule();
  }

  /** Answers whether there is no use in sending the same again. */
  async function send(init?: RequestInit): Promise<boolean> {
    if (!unsent && counts.size + unknown.size > 0) {
      const batch = { batchId: crypto.randomUUID(), application, counts: [...counts.values()], unknown: [...unknown] };
      unsent = JSON.stringify(batch);
      counts = new Map();
      unknown = new Set();
    }
    if (!unsent) return true;
    try {
      const { url, ...asked } = request(unsent);
      const { status } = await fetch(url, { ...asked, ...init, signal: AbortSignal.timeout(10_000) });
      return status < 500 && status !== 429;
    } catch {
      return false;
    }
  }

  return {
    used(flag, variant) {
      const hour = new Date(Math.floor(clock.now() / hourMs) * hourMs).toISOString();
      const name = [flag, variant, hour].join();
      const known = counts.get(name);
      if (known) known.count++;
      else if (counts.size < mostCounts) counts.set(name, { flag, variant, count: 1, hour, source: 'used' });
      schedule();
    },
    unknown(flag) {
      if (unknown.size < mostUnknown) unknown.add(flag);
      schedule();
    },
    flush,
    async close() {
      cancel?.();
      cancel = () => {};
      if (reachable()) await send({ keepalive: counts.size < 300 });
    },
  };
}
