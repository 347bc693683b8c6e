import type { Clock } from './clock.ts';
import { BurgeeClientError, type ClientErrorCode } from './errors.ts';
import type { Failure } from './sources/source.ts';

/**
 * `idle`: not started. `connecting`: the first answer is awaited. `live`: what is held is what the service says.
 * `stale`: it was, the connection is lost, memory serves. `offline`: never was; cache, bootstrap or defaults serve.
 * `closed`: for good.
 */
export type ClientState = 'idle' | 'connecting' | 'live' | 'stale' | 'offline' | 'closed';

type Signal = 'start' | 'received' | 'failed' | 'close';

/** The whole state machine; what is not here changes nothing. */
const transitions: Readonly<Record<ClientState, Partial<Record<Signal, ClientState>>>> = {
  idle: { start: 'connecting', close: 'closed' },
  connecting: { received: 'live', failed: 'offline', close: 'closed' },
  live: { start: 'connecting', failed: 'stale', close: 'closed' },
  stale: { start: 'connecting', received: 'live', close: 'closed' },
  offline: { start: 'connecting', received: 'live', close: 'closed' },
  closed: {},
};

/** A client's state, who listens to it, and who waits for it. */
export class Lifecycle {
  #state: ClientState = 'idle';
  readonly #clock: Clock;
  readonly #onError: ((error: BurgeeClientError) => void) | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #waiting = new Set<() => void>();
  /** Raised since the last good news: each code once. */
  readonly #raised = new Set<ClientErrorCode>();

  constructor(clock: Clock, onError: ((error: BurgeeClientError) => void) | undefined) {
    this.#clock = clock;
    this.#onError = onError;
  }

  get state(): ClientState {
    return this.#state;
  }

  /** Answers whether the state is another one now. */
  signal(signal: Signal): boolean {
    const next = transitions[this.#state][signal];
    if (next === 'live') this.#raised.clear();
    const changed = next !== undefined && next !== this.#state;
    if (next) this.#state = next;
    return changed;
  }

  /** Tells listeners, and those who wait once the first attempt has ended well or badly. */
  publish(): void {
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        this.raise('BURGEE_CLIENT_007', 'a subscriber threw', error);
      }
    }
    if (this.#state === 'connecting' || this.#state === 'idle') return;
    for (const resume of [...this.#waiting]) resume();
  }

  subscribe(listener: () => void): () => void {
    const own = () => listener();
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Resolves when the first attempt has ended, or after the time; never rejects. */
  settled(withinMs: number): Promise<void> {
    if (this.#state !== 'connecting' && this.#state !== 'idle') return Promise.resolve();
    return new Promise((resolve) => {
      const resume = () => {
        cancel();
        this.#waiting.delete(resume);
        resolve();
      };
      const cancel = this.#clock.after(withinMs, resume);
      this.#waiting.add(resume);
    });
  }

  /** Hands an error to the application, once per code until things go well again. */
  raise(code: ClientErrorCode, message: string, cause?: unknown): void {
    if (this.#raised.has(code)) return;
    this.#raised.add(code);
    try {
      this.#onError?.(new BurgeeClientError(code, message, cause));
    } catch {
      // The handler of errors has nobody to tell.
    }
  }

  /** A stream that ends in good order is no error. */
  raiseFailure(failure: Failure): void {
    if (failure.cause !== 'ended') this.raise(codes[failure.cause], failure.detail);
  }
}

const codes: Readonly<Record<Exclude<Failure['cause'], 'ended'>, ClientErrorCode>> = {
  refused: 'BURGEE_CLIENT_001',
  unreachable: 'BURGEE_CLIENT_002',
  silent: 'BURGEE_CLIENT_002',
  status: 'BURGEE_CLIENT_003',
  unusable: 'BURGEE_CLIENT_004',
  broken: 'BURGEE_CLIENT_004',
  absent: 'BURGEE_CLIENT_005',
};
