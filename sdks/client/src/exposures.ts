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
export class Exposures {
  readonly #options: ExposureOptions;
  #counts = new Map<string, Count>();
  #unknown = new Set<string>();
  /** Sent again under the same id until it is taken, so that it counts once. */
  #unsent: string | undefined;
  #cancel: (() => void) | undefined;

  constructor(options: ExposureOptions) {
    this.#options = options;
  }

  used(flag: string, variant: string): void {
    const start = Math.floor(this.#options.clock.now() / hourMs) * hourMs;
    const name = `${flag}\n${variant}\n${start}`;
    const known = this.#counts.get(name);
    if (known) known.count++;
    else if (this.#counts.size < mostCounts) {
      this.#counts.set(name, { flag, variant, count: 1, hour: new Date(start).toISOString(), source: 'used' });
      this.#schedule();
    }
  }

  unknown(flag: string): void {
    if (this.#unknown.size < mostUnknown) this.#unknown.add(flag);
    this.#schedule();
  }

  /** Sends what there is; what fails stays for the next time. */
  async flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    if (!this.#options.reachable()) return this.#schedule();
    this.#unsent ??= this.#batch();
    if (this.#unsent === undefined) return;
    if (await this.#send(this.#unsent)) this.#unsent = undefined;
    if (this.#unsent !== undefined || this.#counts.size > 0) this.#schedule();
  }

  /** Sends what there is for the last time; a page that goes away does not stop it. */
  async close(): Promise<void> {
    this.#cancel?.();
    this.#cancel = () => {};
    const body = this.#unsent ?? this.#batch();
    if (body !== undefined && this.#options.reachable()) await this.#send(body, { keepalive: body.length < 60_000 });
  }

  /** Answers whether there is no use in sending it again. */
  async #send(body: string, more: RequestInit = {}): Promise<boolean> {
    try {
      const { url, ...init } = this.#options.request(body);
      const response = await this.#options.fetch(url, { ...init, ...more, signal: AbortSignal.timeout(10_000) });
      await response.body?.cancel();
      return response.status < 500 && response.status !== 429;
    } catch {
      return false;
    }
  }

  #schedule(): void {
    const delayMs = everyMs * (1 + this.#options.random() * 0.1);
    this.#cancel ??= this.#options.clock.after(delayMs, () => {
      this.#cancel = undefined;
      void this.flush();
    });
  }

  #batch(): string | undefined {
    if (this.#counts.size === 0 && this.#unknown.size === 0) return undefined;
    const { application } = this.#options;
    const counts = [...this.#counts.values()];
    const unknown = [...this.#unknown];
    this.#counts = new Map();
    this.#unknown = new Set();
    return JSON.stringify({ batchId: crypto.randomUUID(), application, counts, unknown });
  }
}
