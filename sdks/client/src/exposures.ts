import type { Clock } from './clock.ts';
import type { Fetch, HttpRequest } from './sources/source.ts';

const everyMs = 60_000;
const hourMs = 3_600_000;
/** More combinations than this within a minute are not counted. */
const mostCounts = 2_000;
const mostUnknown = 100;
/** Browsers let requests outlive their page up to 64 KiB; names are ASCII. */
const keptAlive = 60_000;

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
  /** When it began. */
  hour: Date;
  source: 'used';
}

/** Counts which variant of which flag was used, and tells the service once a minute and at the end. */
export interface Exposures {
  /** No variant: the code's default, or a value without a name. */
  used(flag: string, variant?: string): void;
  unknown(flag: string): void;
  /** Sends what there is; what fails stays for the next time. A page that is leaving does not stop it. */
  flush(isLeaving?: boolean): Promise<void>;
  /** Sends what there is for the last time. */
  close(): Promise<void>;
}

export function countExposures({ application, clock, random, fetch, request, reachable }: ExposureOptions): Exposures {
  let counts: Count[] = [];
  /** Flag → variant → the newest of `counts`: no text is put together for a use. */
  let newest = new Map<string, Map<string, Count>>();
  let unknown = new Set<string>();
  /** Sent again under the same id until it is taken, so that it counts once. */
  let unsent: string | undefined;
  let cancel: (() => void) | undefined;

  function schedule(): void {
    cancel ??= clock.after(everyMs * (1 + random() * 0.1), () => void flush());
  }

  async function flush(isLeaving?: boolean): Promise<void> {
    cancel?.();
    cancel = undefined;
    if (reachable() && (await send(isLeaving))) unsent = undefined;
    if (unsent || counts.length + unknown.size > 0) schedule();
  }

  /** Answers whether there is no use in sending the same again. */
  async function send(isLeaving = false): Promise<boolean> {
    if (!unsent && counts.length + unknown.size > 0) {
      unsent = JSON.stringify({ batchId: randomId(), application, counts, unknown: [...unknown] });
      counts = [];
      newest = new Map();
      unknown = new Set();
    }
    if (!unsent) return true;
    try {
      const asked = request(unsent);
      const keepalive = isLeaving && unsent.length < keptAlive;
      const { status } = await fetch(asked.url, { ...asked, keepalive, signal: AbortSignal.timeout(10_000) });
      return status < 500 && status !== 429;
    } catch {
      return false;
    }
  }

  return {
    used(flag, variant = '') {
      const now = clock.now();
      const began = now - (now % hourMs);
      const variants = newest.get(flag) ?? new Map<string, Count>();
      const known = variants.get(variant);
      if (known?.hour.getTime() === began) known.count++;
      else if (counts.length < mostCounts) {
        const count: Count = { flag, variant, count: 1, hour: new Date(began), source: 'used' };
        counts.push(count);
        newest.set(flag, variants.set(variant, count));
      }
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
      if (reachable()) await send(true);
    },
  };
}

/** A version 4 UUID; `crypto.randomUUID` is missing on pages without https. */
function randomId(): string {
  const digit = () => (Number(crypto.getRandomValues(new Uint8Array(1))) % 16).toString(16);
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, digit);
}
