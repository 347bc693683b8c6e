import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isApiKey } from './access/api-key.ts';
import { isNetwork } from './traffic/address.ts';

/** Everything the api is told from outside, read once; nobody else looks at the environment. */
export interface Config {
  /** Empty in a relay, as is the next. */
  readonly databaseUrl: string;
  /** Where LISTEN connects: behind a pooler it must go round it. */
  readonly databaseListenUrl: string;
  readonly port: number;
  readonly host: string;
  /** Origin under which browsers reach the api, without a slash at the end. */
  readonly publicUrl: string;
  readonly role: 'api' | 'worker' | 'all' | 'relay';
  /** Origin of the Burgee that a relay follows; empty elsewhere. */
  readonly upstreamUrl: string;
  /** Keys by which a relay follows it, one per environment. */
  readonly relayKeys: readonly string[];
  /** P-256 private key, PKCS8 PEM: signs tokens and is the root of the stream tokens; empty in a worker and in a relay. */
  readonly signingKey: string;
  readonly snapshotDir: string | undefined;
  readonly drainMs: number;
  /** Event streams and long polls that this process holds at most. */
  readonly maxStreams: number;
  readonly metricsPort: number | undefined;
  readonly logLevel: LogLevel;
  readonly pollIntervalMs: number;
  /** How long a request may take to arrive whole. */
  readonly requestTimeoutMs: number;
  readonly adminDir: string | undefined;
  /** Requests a second with one key; 0: as many as come. */
  readonly keyRateLimit: number;
  /** Requests a second from one address; 0: as many as come. */
  readonly addressRateLimit: number;
  /** Refused credentials a minute from one address; 0: as many as come. */
  readonly refusedRateLimit: number;
  /** Networks whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** How late the event loop may be before evaluations and new streams are refused; 0: never. */
  readonly maxLagMs: number;
  /** Connections at once; undefined: as many as the open files of the process allow. */
  readonly maxConnections: number | undefined;
  /** Sentences about what was given and is not used. */
  readonly warnings: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
type LogLevel = (typeof logLevels)[number];

/** Injection token of the one {@link Config}. */
export const CONFIG = Symbol('config');

/** All faults of a configuration at once; a process that meets it ends with {@link exitCode}. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly exitCode = 78;
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${bulleted(faults)}`);
    this.faults = faults;
  }
}

/**
 * Reads the whole configuration.
 *
 * @throws ConfigError with one sentence per fault; no sentence shows a secret
 */
export function readConfig(env: Environment): Config {
  const faults: string[] = nodeFaults(process.versions.node);
  const ask = settingsOf(env, faults);
  const port = ask.whole('PORT', { least: 1, most: 65_535, otherwise: 4400 });
  const role = ask.oneOf('BURGEE_ROLE', ['api', 'worker', 'all', 'relay'] as const, 'all');
  const signingKey = ask.signingKey('BURGEE_SIGNING_KEY', role === 'api' || role === 'all');
  const config: Config = {
    ...(role === 'relay' ? upstreamSettings(ask, faults) : databaseSettings(ask)),
    port,
    host: ask.text('BURGEE_HOST') ?? '127.0.0.1',
    publicUrl: ask.origin('BURGEE_PUBLIC_URL') ?? `http://127.0.0.1:${port}`,
    role,
    signingKey,
    snapshotDir: ask.text('BURGEE_SNAPSHOT_DIR'),
    drainMs: ask.whole('BURGEE_DRAIN_MS', { least: 0, most: 300_000, otherwise: 5000 }),
    maxStreams: ask.whole('BURGEE_MAX_STREAMS', { least: 1, most: 1_000_000, otherwise: 12_000 }),
    metricsPort: ask.given('BURGEE_METRICS_PORT')
      ? ask.whole('BURGEE_METRICS_PORT', { least: 1, most: 65_535, otherwise: 9464 })
      : undefined,
    logLevel: ask.oneOf('BURGEE_LOG_LEVEL', logLevels, 'info'),
    pollIntervalMs: ask.whole('BURGEE_POLL_INTERVAL_MS', { least: 100, most: 10_000, otherwise: 2000 }),
    requestTimeoutMs: ask.whole('BURGEE_REQUEST_TIMEOUT_MS', { least: 500, most: 600_000, otherwise: 30_000 }),
    adminDir: ask.text('BURGEE_ADMIN_DIR'),
    keyRateLimit: ask.whole('BURGEE_KEY_RATE_LIMIT', { least: 0, most: 1_000_000, otherwise: 0 }),
    addressRateLimit: ask.whole('BURGEE_ADDRESS_RATE_LIMIT', { least: 0, most: 1_000_000, otherwise: 0 }),
    refusedRateLimit: ask.whole('BURGEE_REFUSED_RATE_LIMIT', { least: 0, most: 1_000_000, otherwise: 120 }),
    trustedProxies: ask.networks('BURGEE_TRUSTED_PROXIES'),
    maxLagMs: ask.whole('BURGEE_MAX_LAG_MS', { least: 0, most: 60_000, otherwise: 200 }),
    maxConnections: ask.given('BURGEE_MAX_CONNECTIONS')
      ? ask.whole('BURGEE_MAX_CONNECTIONS', { least: 10, most: 1_000_000, otherwise: 10_000 })
      : undefined,
    warnings: unknownNames(env),
  };
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.freeze(config);
}

type Ask = ReturnType<typeof settingsOf>;

function databaseSettings(ask: Ask) {
  const databaseUrl = ask.databaseUrl('DATABASE_URL') ?? '';
  const listenUrl = ask.given('DATABASE_LISTEN_URL') ? ask.databaseUrl('DATABASE_LISTEN_URL') : undefined;
  return { databaseUrl, databaseListenUrl: listenUrl ?? databaseUrl, upstreamUrl: '', relayKeys: [] };
}

/** A relay has no database, and no use for the address of one. */
function upstreamSettings(ask: Ask, faults: string[]) {
  const upstreamUrl = ask.origin('BURGEE_UPSTREAM_URL');
  if (!ask.given('BURGEE_UPSTREAM_URL')) {
    faults.push('BURGEE_UPSTREAM_URL is missing: give the origin of the Burgee that this relay follows.');
  }
  const relayKeys = ask.relayKeys('BURGEE_RELAY_KEY');
  return { databaseUrl: '', databaseListenUrl: '', upstreamUrl: upstreamUrl ?? '', relayKeys };
}

const settings = [
  'DATABASE_URL',
  'DATABASE_LISTEN_URL',
  'PORT',
  'BURGEE_HOST',
  'BURGEE_PUBLIC_URL',
  'BURGEE_ROLE',
  'BURGEE_UPSTREAM_URL',
  'BURGEE_RELAY_KEY',
  'BURGEE_SIGNING_KEY',
  'BURGEE_SNAPSHOT_DIR',
  'BURGEE_DRAIN_MS',
  'BURGEE_MAX_STREAMS',
  'BURGEE_METRICS_PORT',
  'BURGEE_LOG_LEVEL',
  'BURGEE_POLL_INTERVAL_MS',
  'BURGEE_REQUEST_TIMEOUT_MS',
  'BURGEE_ADMIN_DIR',
  'BURGEE_KEY_RATE_LIMIT',
  'BURGEE_ADDRESS_RATE_LIMIT',
  'BURGEE_REFUSED_RATE_LIMIT',
  'BURGEE_TRUSTED_PROXIES',
  'BURGEE_MAX_LAG_MS',
  'BURGEE_MAX_CONNECTIONS',
] as const;
type Setting = (typeof settings)[number];

/** Names that other programs of Burgee read; seeing them is no mistake. */
const namesOfOthers = new Set([
  'BURGEE_API_PASSWORD',
  'BURGEE_CLIENT_KEY',
  'BURGEE_DATA_DIR',
  'BURGEE_HASURA_PASSWORD',
  'BURGEE_OWNER_PASSWORD',
  'BURGEE_PROJECT',
  'BURGEE_SERVER_KEY',
  'BURGEE_SHOP_PORT',
  'BURGEE_TOKEN',
  'BURGEE_URL',
]);

const oldestNode: readonly [number, number, number] = [24, 14, 1];

function nodeFaults(version: string): string[] {
  const found = version.split('.').map(Number);
  const order = oldestNode.map((part, index) => (found[index] ?? 0) - part).find((difference) => difference !== 0) ?? 0;
  if (order >= 0) return [];
  return [`Node ${version} is too old: Burgee needs ${oldestNode.join('.')} or newer, which mends hash flooding.`];
}

function settingsOf(env: Environment, faults: string[]) {
  const texts = new Map(settings.map((name) => [name, readSetting(env, name, faults)]));
  const text = (name: Setting) => texts.get(name);
  return {
    text,
    given: (name: Setting) => text(name) !== undefined,
    whole: (name: Setting, range: { least: number; most: number; otherwise: number }): number => {
      const given = text(name);
      if (given === undefined) return range.otherwise;
      const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
      if (value >= range.least && value <= range.most) return value;
      faults.push(`${name} must be a whole number from ${range.least} to ${range.most}, not "${given}".`);
      return range.otherwise;
    },
    oneOf: <T extends string>(name: Setting, choices: readonly T[], otherwise: T): T => {
      const given = text(name);
      const found = choices.find((choice) => choice === given);
      if (given !== undefined && found === undefined) {
        faults.push(`${name} must be one of ${choices.join(', ')}, not "${given}".`);
      }
      return found ?? otherwise;
    },
    origin: (name: Setting): string | undefined => {
      const given = text(name);
      if (given === undefined) return undefined;
      const url = URL.parse(given);
      if (url && ['http:', 'https:'].includes(url.protocol) && `${url.origin}/` === url.href) return url.origin;
      faults.push(`${name} must be an origin such as https://flags.example.com, without a path, a query or a user.`);
      return undefined;
    },
    networks: (name: Setting): readonly string[] => {
      const given = (text(name) ?? '').split(',').flatMap((part) => blankless(part) ?? []);
      const wrong = given.filter((network) => !isNetwork(network));
      for (const network of wrong) {
        faults.push(`${name} must list networks such as 10.0.0.0/8, fd00::/8, not "${network}".`);
      }
      return given;
    },
    databaseUrl: (name: Setting): string | undefined => {
      const given = text(name);
      if (given === undefined) {
        if (!hasTrouble(env, name))
          faults.push(`${name} is missing: give it as postgres://user:password@host:5432/database.`);
        return undefined;
      }
      const url = URL.parse(given);
      if (url && ['postgres:', 'postgresql:'].includes(url.protocol) && url.hostname !== '') return given;
      faults.push(`${name} is not a Postgres address: it starts with postgres:// and names a host.`);
      return undefined;
    },
    relayKeys: (name: Setting): readonly string[] => {
      const given = (text(name) ?? '').split(',').flatMap((part) => blankless(part) ?? []);
      if (given.length === 0 && !hasTrouble(env, name)) {
        faults.push(`${name} is missing: give a relay key of each environment, separated by commas.`);
      }
      if (!given.every((key) => key.startsWith('bgy_relay_') && isApiKey(key))) {
        faults.push(`${name} holds what is no relay key: it begins with bgy_relay_ and is copied whole.`);
      }
      return [...new Set(given)];
    },
    signingKey: (name: Setting, needed: boolean): string => {
      const given = text(name);
      if (given === undefined) {
        if (needed && !hasTrouble(env, name)) faults.push(`${name} is missing: ${howToMakeAKey}.`);
        return '';
      }
      if (!isP256(given)) faults.push(`${name} is not a P-256 private key in PKCS8 PEM: ${howToMakeAKey}.`);
      return given;
    },
  };
}

const howToMakeAKey = 'make one with "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256"';

/** A setting given by a broken file has its own fault already; "missing" would be a second, wrong one. */
function hasTrouble(env: Environment, name: Setting): boolean {
  return env[`${name}_FILE`] !== undefined;
}

function readSetting(env: Environment, name: Setting, faults: string[]): string | undefined {
  const direct = blankless(env[name]);
  const path = blankless(env[`${name}_FILE`]);
  if (path === undefined) return direct;
  if (direct !== undefined) {
    faults.push(`${name} and ${name}_FILE are both set: keep one.`);
    return direct;
  }
  try {
    const content = blankless(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
    if (content === undefined) faults.push(`${name}_FILE names an empty file: ${path}.`);
    return content;
  } catch (error) {
    faults.push(`${name}_FILE cannot be read: ${path} (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
    return undefined;
  }
}

function blankless(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}

function isP256(pem: string): boolean {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

function unknownNames(env: Environment): string[] {
  const known = settings.flatMap((name) => [name, `${name}_FILE`]);
  const isOfOthers = (name: string) => namesOfOthers.has(name.replace(/_FILE$/, '')) || name.startsWith('BURGEE_TEST_');
  return Object.keys(env)
    .filter((name) => name.startsWith('BURGEE_') && !known.includes(name) && !isOfOthers(name))
    .sort()
    .map((name) => `${name} is not a setting of Burgee; did you mean ${nearest(name, known)}?`);
}

function nearest(name: string, known: readonly string[]): string {
  const distances = known.map((candidate) => ({ candidate, distance: editDistance(name, candidate) }));
  return distances.reduce((best, next) => (next.distance < best.distance ? next : best)).candidate;
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [i, a] of [...left].entries()) {
    const next = [i + 1];
    for (const [j, b] of [...right].entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (a === b ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

function bulleted(sentences: readonly string[]): string {
  return sentences.map((sentence) => `  - ${sentence}`).join('\n');
}
