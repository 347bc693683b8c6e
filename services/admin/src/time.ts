const day = 86_400_000;
const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * day],
  ['month', 30 * day],
  ['day', day],
  ['hour', 3_600_000],
  ['minute', 60_000],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const absolute = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const dateOnly = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });

/** What is past is not made longer than it was; 90 days to come are still three months a second later. */
const whole = (count: number) => (count < 0 ? Math.trunc(count) : Math.round(count));

/** "3 days ago"; "just now" within a minute. */
export function ago(instant: string, now: number = Date.now()): string {
  const distance = Date.parse(instant) - now;
  const unit = units.find(([, size]) => Math.abs(distance) >= size);
  return unit === undefined ? 'just now' : relative.format(whole(distance / unit[1]), unit[0]);
}

/** In the reader's zone. */
export function moment(instant: string): string {
  return absolute.format(new Date(instant));
}

export function date(instant: string): string {
  return dateOnly.format(new Date(instant));
}

export function days(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}

export function daysSince(instant: string, now: number = Date.now()): number {
  return Math.max(0, Math.floor((now - Date.parse(instant)) / day));
}

/** RFC 3339 → the text of a `datetime-local` field in the reader's zone, and back. */
export function toLocalField(instant: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return '';
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** A moment after the year 9999, which the wire does not have, is none. */
export function fromLocalField(text: string): string {
  const at = new Date(text);
  return at.getTime() <= lastInstant ? `${at.toISOString().slice(0, 19)}Z` : '';
}
const lastInstant = Date.parse('9999-12-31T23:59:59.999Z');
