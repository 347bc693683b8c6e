import { healthyAfterMs } from './backoff.ts';
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
export interface Lifecycle {
  state(): ClientState;
  /** Moves the state; answers whether it is another one now. */
  signal(signal: Signal): boolean;
  /** Tells listeners, and those who wait for the first attempt once that has ended well or badly. */
  publish(): void;
  subscribe(listener: () => void): () => void;
  /** Resolves when the first attempt has ended, or after the time; never rejects. */
  settled(withinMs?: number): Promise<void>;
  /** Hands an error to the application, once per code until things went well for a minute. */
  raise(code: ClientErrorCode, message: string, cause?: unknown): void;
  /** The same for a source; a stream that ends in good order is no error. */
  raiseFailure(failure: Failure): void;
}

export function createLifecycle(clock: Clock, onError?: (error: BurgeeClientError) => void): Lifecycle {
  let state: ClientState = 'idle';
  const listeners = new Set<() => void>();
  const waiting = new Set<() => void>();
  const raised = new Set<ClientErrorCode>();
  /** Since when all has gone well; for ever from now, while it does not or when that has been counted already. */
  let liveSince = Number.POSITIVE_INFINITY;
  const unsettled = () => state === 'connecting' || state === 'idle';

  function raise(code: ClientErrorCode, message: string, cause?: unknown): void {
    if (clock.now() - liveSince >= healthyAfterMs) {
      raised.clear();
      liveSince = Number.POSITIVE_INFINITY;
    }
    if (raised.has(code)) return;
    raised.add(code);
    try {
      onError?.(new BurgeeClientError(code, message, cause));
    } catch {
      // The handler of errors has nobody to tell.
    }
  }

  return {
    state: () => state,
    signal(signal) {
      const before = state;
      state = transitions[state][signal] ?? state;
      const changed = state !== before;
      if (changed) liveSince = state === 'live' ? clock.now() : Number.POSITIVE_INFINITY;
      return changed;
    },
    publish() {
      for (const listener of listeners) {
        try {
          listener();
        } catch (error) {
          raise('BURGEE_CLIENT_007', 'a subscriber threw', error);
        }
      }
      if (!unsettled()) for (const resume of waiting) resume();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async settled(withinMs = 5_000) {
      if (!unsettled()) return;
      await new Promise<void>((resolve) => {
        const cancel = clock.after(withinMs, () => resume());
        const resume = () => {
          cancel();
          waiting.delete(resume);
          resolve();
        };
        waiting.add(resume);
      });
    },
    raise,
    raiseFailure({ cause, detail }) {
      if (cause !== 'ended') raise(`BURGEE_CLIENT_00${codes[cause]}`, detail);
    },
  };
}

const codes = { refused: 1, unreachable: 2, silent: 2, status: 3, unusable: 4, broken: 4, absent: 5 } as const;
