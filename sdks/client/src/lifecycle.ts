import { healthyAfterMs, never } from './backoff.ts';
import type { Clock } from './clock.ts';
import { BurgeeClientError, type ClientErrorCode } from './errors.ts';
import type { Failure } from './sources/source.ts';

/**
 * `idle`: not started. `connecting`: the first answer is awaited. `live`: what is held is what the service says.
 * `stale`: it was, the connection is lost, memory serves. `offline`: never was; cache, bootstrap or defaults serve.
 * `closed`: for good.
 */
export type ClientState = 'idle' | 'connecting' | 'live' | 'stale' | 'offline' | 'closed';

/** What a failure makes of a state; the others stay as they are. */
const lost: Partial<Record<ClientState, ClientState>> = { connecting: 'offline', live: 'stale' };

/** A client's state, who listens to it, and who waits for it. */
export interface Lifecycle {
  state(): ClientState;
  /** Moves the state, unless it is `closed`, and tells listeners if it is another one now or something else has changed. */
  enter(to: 'connecting' | 'live' | 'lost' | 'closed', hasChanged?: boolean): void;
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
  const raised = new Set<ClientErrorCode>();
  /** Since when all has gone well; never, once that has been counted. */
  let liveSince = never;

  function raise(code: ClientErrorCode, message: string, cause?: unknown): void {
    if (clock.now() - liveSince >= healthyAfterMs) {
      raised.clear();
      liveSince = never;
    }
    if (raised.has(code)) return;
    raised.add(code);
    try {
      onError?.(new BurgeeClientError(code, message, cause));
    } catch {
      // The handler of errors has nobody to tell.
    }
  }

  function subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  return {
    state: () => state,
    enter(to, hasChanged) {
      const before = state;
      if (before !== 'closed') state = to === 'lost' ? (lost[before] ?? before) : to;
      if (state !== before) liveSince = state === 'live' ? clock.now() : never;
      else if (!hasChanged) return;
      for (const listener of listeners) {
        try {
          listener();
        } catch (error) {
          raise('BURGEE_CLIENT_007', 'a subscriber threw', error);
        }
      }
    },
    subscribe,
    settled: (withinMs = 5_000) =>
      new Promise((resolve) => {
        const settle = () => {
          stop();
          undo();
          resolve();
        };
        const stop = clock.after(withinMs, settle);
        const look = () => {
          if (state !== 'connecting' && state !== 'idle') settle();
        };
        const undo = subscribe(look);
        look();
      }),
    raise,
    raiseFailure({ cause, detail }) {
      if (cause !== 'ended') raise(`BURGEE_CLIENT_00${codes[cause]}`, detail);
    },
  };
}

const codes = { refused: 1, unreachable: 2, silent: 2, status: 3, unusable: 4, broken: 4, absent: 5 } as const;
