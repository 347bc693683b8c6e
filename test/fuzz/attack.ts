import { setInterval } from 'node:timers';
import { Worker } from 'node:worker_threads';
import type { Orders } from './attacker.ts';

/** So long without a finished case is a hang; what is sound takes some milliseconds. */
const silenceMs = 60_000;

/**
 * Attacks in a thread of its own, so that even what never ends is noticed.
 *
 * @returns  what was found; undefined: nothing
 */
export function attack(orders: Omit<Orders, 'beat'>): Promise<string | undefined> {
  const beat = new SharedArrayBuffer(4);
  const thread = new Worker(new URL('./attacker.ts', import.meta.url), {
    workerData: { ...orders, beat } satisfies Orders,
    execArgv: ['--conditions=@burgee/source', '--disable-warning=ExperimentalWarning'],
  });
  return new Promise((resolve, reject) => {
    let last = -1;
    const watchdog = setInterval(() => {
      const count = Atomics.load(new Int32Array(beat), 0);
      if (count !== last) last = count;
      else end(() => resolve(`hangs: path "${count - 1}"`));
    }, silenceMs);
    const end = (settle: () => void) => {
      clearInterval(watchdog);
      void thread.terminate();
      settle();
    };
    thread.once('message', (found) => end(() => resolve(found)));
    thread.once('error', (cause) => end(() => reject(cause)));
  });
}
