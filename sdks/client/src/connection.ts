import { healthyAfterMs, waitBefore } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { Failure, Message, Report, Source } from './sources/source.ts';

/** Attempts that gave nothing before the next source has its turn. */
const missesAllowed = 3;
/** Between two nudges that are followed. */
const nudgesApartMs = 2_000;
/** How long the second source serves before the preferred one is tried again. */
const secondChoiceMs = 300_000;

export interface ConnectionOptions {
  /** The preferred one first; there may be a second. */
  sources: readonly [Source, Source?];
  clock: Clock;
  random: () => number;
  /** Says whether the message made sense; a senseless one ends the attempt. */
  onMessage: (message: Message) => boolean;
  /** Says whether this confirms what is held. */
  onQuiet: (report: 'alive' | 'unchanged') => boolean;
  onFailure: (failure: Failure) => void;
}

export interface Connection {
  open(): void;
  /** Opens anew for a changed request, unless the server asked for silence; answers whether it did. */
  reopen(): boolean;
  /** The same within 2 s, for what many are told at once: they must not all ask at once. */
  reopenSoon(): void;
  close(): void;
}

/** Keeps one source open: waits after failures, and changes to the second source when the first is of no use. */
export function keepConnected(options: ConnectionOptions): Connection {
  const { sources, clock, random } = options;
  let preferred = true;
  let failures = 0;
  let misses = 0;
  let healthySince: number | undefined;
  let notBefore = 0;
  /** Reports of an attempt that is over carry an older number. */
  let attempt = 0;
  let stop = () => {};
  let stopWaiting = () => {};
  let stopNudge: (() => void) | undefined;
  let nextNudgeAt = 0;

  function open(): void {
    close();
    healthySince = undefined;
    notBefore = 0;
    const mine = attempt;
    const source = preferred ? sources[0] : (sources[1] ?? sources[0]);
    const end = source.open((report) => {
      if (mine === attempt) judge(report);
    });
    if (mine === attempt) stop = end;
    else end();
  }

  function close(): void {
    attempt++;
    stopWaiting();
    stopNudge?.();
    stopNudge = undefined;
    stop();
  }

  function judge(report: Report): void {
    if (report.kind === 'failed') retry(report.failure);
    else if (report.kind !== 'message') {
      if (options.onQuiet(report.kind)) thrive();
    } else if (options.onMessage(report)) thrive();
    else retry({ cause: 'broken', detail: `event ${report.event}` });
  }

  function thrive(): void {
    if (healthySince !== undefined) return;
    healthySince = clock.now();
    if (!preferred) stopWaiting = clock.after(secondChoiceMs, () => wait(0));
  }

  function wait(delayMs: number): void {
    preferred = misses < missesAllowed || !preferred;
    stopWaiting = clock.after(delayMs, open);
  }

  function retry(failure: Failure): void {
    close();
    const now = clock.now();
    if (healthySince !== undefined && now - healthySince >= healthyAfterMs) {
      failures = 0;
      if (preferred) misses = 0;
    }
    const waitMs = waitBefore({ failures: failures++, failure, now, random: random() });
    const asked = failure.cause === 'refused' || failure.retryAfter !== undefined;
    notBefore = asked ? now + waitMs : 0;
    if (!asked) misses = failure.cause === 'unusable' ? missesAllowed : misses + 1;
    wait(waitMs);
    options.onFailure(failure);
  }

  function reopen(): boolean {
    const allowed = clock.now() >= notBefore;
    if (allowed) open();
    return allowed;
  }

  function reopenSoon(): void {
    stopNudge ??= clock.after(Math.max(0, nextNudgeAt - clock.now()) + random() * 2_000, () => {
      nextNudgeAt = clock.now() + nudgesApartMs;
      reopen();
    });
  }

  return { open, close, reopen, reopenSoon };
}
