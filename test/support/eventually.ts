import { setTimeout as pause } from 'node:timers/promises';

/** Repeats a check until it passes, and answers what it answered; fails with its last error. */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { timeoutMs = 5_000, intervalMs = 20 } = {},
): Promise<T> {
  for (const giveUpAt = Date.now() + timeoutMs; ; await pause(intervalMs)) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() >= giveUpAt) throw error;
    }
  }
}
