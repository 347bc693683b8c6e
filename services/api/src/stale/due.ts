/** A report that belongs to an instant: its period, and the instant up to which it looks. */
export interface DueReport {
  readonly kind: 'daily' | 'monthly';
  /** The day, or the first day of the month, that it is about, such as `2026-12-01`. */
  readonly period: string;
  /** Follows from the period alone: whoever files it, and however late, files the same. */
  readonly asOf: Date;
}

/** Today's report, as of the beginning of the day (UTC). */
export function dailyReport(now: Date): DueReport {
  const asOf = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
  return { kind: 'daily', period: dayOf(asOf), asOf };
}

/** Last month's report, as of the end of that month (UTC); due from the first of the month on. */
export function monthlyReport(now: Date): DueReport {
  const period = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1));
  const asOf = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
  return { kind: 'monthly', period: dayOf(period), asOf };
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
