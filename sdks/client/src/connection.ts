import { healthyAfterMs, never, nudgesApartMs, secondChoiceMs, waitBefore } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { Failed, Failure, Report, Source } from './sources/source.ts';

export interface ConnectionOptions {
  clock: Clock;
  random: () => number;
  /** Says whether a message made sense (a senseless one ends the attempt), or whether anything else confirms what is held. */
  onReport: (report: Exclude<Report, Failed>) => boolean;
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
export function keepConnected(options: ConnectionOptions, first: Source, second: Source = first): Connection {
  /** Attempts that gave nothing before the next source has its turn. */
  const missesAllowed = 3;
  const { clock, random } = options;
  let preferred = true;
  let failures = 0;
  let misses = 0;
  let healthySince = never;
  let notBefore = 0;
  /** Reports of an attempt that is over carry an older number. */
  let attempt = 0;
  let stop = () => {};
  let stopWaiting = () => {};
  let stopNudge: (() => void) | undefined;
  let nextNudgeAt = 0;

  function open(): void {
    close();
    healthySince = never;
    notBefore = 0;
    const mine = attempt;
    const end = (preferred ? first : second).open((report) => judge(report, mine));
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

  function judge(report: Report, of: number): void {
    if (of !== attempt) return;
    if (report.kind === 'failed') retry(report.failure);
    else if (options.onReport(report)) thrive();
    else if (report.kind === 'message') retry({ cause: 'broken', detail: `event ${report.event}` });
  }

  function thrive(): void {
    if (healthySince !== never) return;
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
    if (now - healthySince >= healthyAfterMs) {
      failures = 0;
      if (preferred) misses = 0;
    }
    const waitMs = waitBefore(failure, failures++, options);
    const asked = failure.cause === 'refused' || failure.retryAfter !== undefined;
    notBefore = asked ? now + waitMs : 0;
    if (!asked) misses = failure.cause === 'unusable' ? missesAllowed : misses + 1;
    wait(waitMs);
    options.onFailure(failure);
  }

  function reopen(): boolean {
    const isAllowed = clock.now() >= notBefore;
    if (isAllowed) open();
    return isAllowed;
  }

  function reopenSoon(): void {
    stopNudge ??= clock.after(Math.max(0, nextNudgeAt - clock.now()) + random() * nudgesApartMs, () => {
      nextNudgeAt = clock.now() + nudgesApartMs;
      reopen();
    });
  }

  return { open, close, reopen, reopenSoon };
}
