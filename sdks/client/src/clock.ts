/** Time as a parameter: tests turn it by hand, nobody sleeps. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `run` once after `delayMs`; the answer takes it back. */
  after(delayMs: number, run: () => unknown): () => void;
}

/** The machine's own time. Waiting for a flag never keeps a process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    (timer as { unref?: () => void }).unref?.();
    return () => clearTimeout(timer);
  },
};
