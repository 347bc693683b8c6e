import { InvalidArgumentError } from 'commander';

/** Reads a date (`2026-12-01`: its first instant in UTC) or an RFC 3339 date-time with a zone; RFC 3339 in UTC. */
export function parseDate(text: string): string {
  const match = form.exec(text);
  const [, year, month, day] = match ?? [];
  const instant = match ? new Date(text) : undefined;
  const exists = Number(day) <= new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (instant === undefined || Number.isNaN(instant.getTime()) || !exists) {
    throw new InvalidArgumentError('It must be a date such as 2026-12-01 or 2026-12-01T06:00:00Z.');
  }
  return instant.toISOString();
}

const form = /^(\d{4})-(\d{2})-(\d{2})(?:T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2}))?$/;
