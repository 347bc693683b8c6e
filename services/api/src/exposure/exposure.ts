import type { KeyKind } from '../access/credential.ts';
import { BurgeeError } from '../errors.ts';

/** How often a variant was served in one hour. */
export interface ExposureCount {
  readonly flagKey: string;
  /** Null: the code's default, or a value without a name. */
  readonly variant: string | null;
  readonly count: number;
  /** Start of the hour, milliseconds since 1970. */
  readonly hour: number;
  readonly source: 'used' | 'delivered';
  readonly application: string;
  readonly environmentId: string;
  readonly throughClientKey: boolean;
}

/** A flag that code asked for and that is not there. */
export interface UnknownFlag {
  readonly flagKey: string;
  /** How often; once unless told. */
  readonly count?: number;
  readonly application: string;
  readonly environmentId: string;
  readonly throughClientKey: boolean;
}

/** What one sender counted; counted again under the same id, it counts once. */
export interface ExposureBatch {
  readonly batchId: string;
  readonly counts: readonly ExposureCount[];
  readonly unknown: readonly UnknownFlag[];
}

/** Who sends a batch, and when. */
export interface Sender {
  readonly environmentId: string;
  /** A relay says for each batch whether it came through a client key; of others the key tells. */
  readonly keyKind: KeyKind;
  readonly now: number;
}

const limits = { counts: 2000, unknown: 200, count: 1_000_000_000 } as const;
const hourMs = 3_600_000;
const oldestMs = 90 * 24 * hourMs;

/**
 * Reads the body of `POST /v1/exposures`.
 *
 * @throws BAD_INPUT with the path of the first thing that is wrong
 */
export function exposureBatch(body: unknown, { environmentId, keyKind, now }: Sender): ExposureBatch {
  const { batchId, application, counts = [], unknown = [], ...told } = objectAt(body, 'body');
  if (typeof batchId !== 'string' || !uuid.test(batchId)) throw wrong('batchId must be a UUID');
  const throughClientKey = keyKind === 'client' || (keyKind === 'relay' && told.throughClientKey === true);
  const common = { application: lineAt(application, 'application', 200), environmentId, throughClientKey };
  return {
    batchId: batchId.toLowerCase(),
    counts: listAt(counts, 'counts', limits.counts).map((item, index) => ({
      ...countAt(item, `counts[${index}]`, now),
      ...common,
    })),
    unknown: listAt(unknown, 'unknown', limits.unknown).map((key, index) => ({
      flagKey: lineAt(key, `unknown[${index}]`, 128),
      ...common,
    })),
  };
}

/**
 * Reads when a relay saw keys used, by their ids, out of the body of a batch; milliseconds since 1970.
 *
 * @throws BAD_INPUT with the path of the first thing that is wrong
 */
export function keyUses(body: unknown, now: number): ReadonlyMap<string, number> {
  const { keyUses: uses = {} } = objectAt(body, 'body');
  const entries = Object.entries(objectAt(uses, 'keyUses'));
  if (entries.length > limits.counts) {
    throw wrong(`keyUses must have at most ${limits.counts.toLocaleString('en')} entries`);
  }
  return new Map(entries.map(([id, at]) => [id, Math.min(instantAt(at, `keyUses.${id}`, now), now)]));
}

/** Adds up counts that stand in the same row, so that one statement writes each row once. */
export function summed(counts: readonly ExposureCount[]): ExposureCount[] {
  const sums = new Map<string, ExposureCount>();
  for (const count of counts) {
    const { environmentId, flagKey, variant, application, source, hour } = count;
    const key = JSON.stringify([environmentId, flagKey, variant, application, source, hour]);
    const sum = sums.get(key);
    const throughClientKey = count.throughClientKey && (sum?.throughClientKey ?? true);
    sums.set(key, { ...count, count: count.count + (sum?.count ?? 0), throughClientKey });
  }
  return [...sums.values()];
}

/** Start of the hour of UTC. */
export function hourOf(instant: number): number {
  return Math.floor(instant / hourMs) * hourMs;
}

type OneCount = Pick<ExposureCount, 'flagKey' | 'variant' | 'count' | 'hour' | 'source'>;

function countAt(item: unknown, path: string, now: number): OneCount {
  const { flag, variant = null, count, hour, source = 'used' } = objectAt(item, path);
  if (source !== 'used' && source !== 'delivered') throw wrong(`${path}.source must be "used" or "delivered"`);
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > limits.count) {
    throw wrong(`${path}.count must be a whole number from 1 to 1,000,000,000`);
  }
  return {
    flagKey: lineAt(flag, `${path}.flag`, 128),
    variant: variant === null || variant === '' ? null : lineAt(variant, `${path}.variant`, 128),
    count,
    hour: hourAt(hour, `${path}.hour`, now),
    source,
  };
}

function hourAt(text: unknown, path: string, now: number): number {
  return hourOf(instantAt(text, path, now));
}

function instantAt(text: unknown, path: string, now: number): number {
  const instant = typeof text === 'string' && rfc3339.test(text) && isDay(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(instant)) throw wrong(`${path} must be an RFC 3339 date with a zone`);
  if (instant > now + hourMs || instant < now - oldestMs) throw wrong(`${path} must lie in the last 90 days`);
  return instant;
}

/** February has no 30th, though `Date.parse` takes it for a day of March. */
function isDay(date: string): boolean {
  return new Date(`${date.slice(0, 10)}T00:00Z`).getUTCDate() === Number(date.slice(8, 10));
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const control = /[\u0000-\u001f\u007f-\u009f]/;

function lineAt(value: unknown, path: string, longest: number): string {
  const isLine = typeof value === 'string' && value !== '' && value.length <= longest && !control.test(value);
  if (isLine && value.isWellFormed()) return value; // half a surrogate pair is no text to Postgres
  throw wrong(`${path} must be one line of 1 to ${longest} characters`);
}

function listAt(value: unknown, path: string, longest: number): unknown[] {
  if (Array.isArray(value) && value.length <= longest) return value as unknown[];
  throw wrong(`${path} must be a list of at most ${longest.toLocaleString('en')} entries`);
}

function objectAt(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw wrong(`${path} must be an object`);
}

function wrong(message: string): BurgeeError {
  return new BurgeeError('BAD_INPUT', message);
}
