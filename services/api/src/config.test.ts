import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newApiKey } from './access/api-key.ts';
import { ConfigError, type Environment, readConfig } from './config.ts';

const pem = (namedCurve: string) =>
  generateKeyPairSync('ec', { namedCurve }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const good: Environment = { DATABASE_URL: 'postgres://u:secret@db:5432/burgee', BURGEE_SIGNING_KEY: pem('P-256') };
const folder = mkdtempSync(join(tmpdir(), 'burgee-config-'));
const fileWith = (name: string, content: string) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

function faultsOf(env: Environment): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).exitCode).toBe(78);
    return (error as ConfigError).faults;
  }
}

test('needs nothing but a database and a signing key', () => {
  const config = readConfig(good);
  expect(config).toMatchObject({ port: 4400, host: '127.0.0.1', role: 'all', pollIntervalMs: 2000, logLevel: 'info' });
  expect(config.publicUrl).toBe('http://127.0.0.1:4400');
  expect(config.databaseListenUrl).toBe(config.databaseUrl);
  expect(Object.isFrozen(config)).toBe(true);
});

test('needs the upstream and a key for it in a relay, and no database there', () => {
  const keys = [newApiKey('relay', 'production').text, newApiKey('relay', 'staging').text];
  const relay = { BURGEE_ROLE: 'relay', BURGEE_UPSTREAM_URL: 'https://flags.example.com' };
  expect(readConfig({ ...relay, BURGEE_RELAY_KEY: keys.join(', ') })).toMatchObject({
    role: 'relay',
    upstreamUrl: 'https://flags.example.com',
    relayKeys: keys,
    databaseUrl: '',
    warnings: [],
  });
  expect(faultsOf({ BURGEE_ROLE: 'relay' })).toEqual([
    expect.stringContaining('BURGEE_UPSTREAM_URL is missing'),
    expect.stringContaining('BURGEE_RELAY_KEY is missing'),
  ]);
  const wrong = newApiKey('server', 'production').text;
  const [fault = ''] = faultsOf({ ...relay, BURGEE_RELAY_KEY: `${keys[0]},${wrong}` });
  expect(fault).toContain('BURGEE_RELAY_KEY holds what is no relay key');
  expect(fault).not.toContain(wrong.slice(-20));
});

test('takes each setting from a file, without its BOM and its line end', () => {
  const path = fileWith('url', '\uFEFFpostgres://u:p@file:5432/burgee\r\n');
  expect(readConfig({ ...good, DATABASE_URL: undefined, DATABASE_URL_FILE: path }).databaseUrl).toBe(
    'postgres://u:p@file:5432/burgee',
  );
});

const faults: readonly [string, Environment, string][] = [
  ['port 0', { PORT: '0' }, 'PORT must be a whole number from 1 to 65535, not "0"'],
  ['port 99999', { PORT: '99999' }, 'PORT must be'],
  ['a port in words', { PORT: 'http' }, 'PORT must be'],
  ['no database', { DATABASE_URL: undefined }, 'DATABASE_URL is missing'],
  ['another scheme', { DATABASE_URL: 'mysql://u:secret@db/x' }, 'DATABASE_URL is not a Postgres address'],
  ['a bad listen address', { DATABASE_LISTEN_URL: 'db:5432' }, 'DATABASE_LISTEN_URL is not a Postgres address'],
  ['a setting and its file', { DATABASE_URL_FILE: '/tmp/x' }, 'DATABASE_URL and DATABASE_URL_FILE are both set'],
  [
    'a missing file',
    { DATABASE_URL: undefined, DATABASE_URL_FILE: '/nowhere/url' },
    'cannot be read: /nowhere/url (ENOENT)',
  ],
  ['a folder as file', { DATABASE_URL: undefined, DATABASE_URL_FILE: folder }, '(EISDIR)'],
  ['an empty file', { DATABASE_URL: undefined, DATABASE_URL_FILE: fileWith('empty', ' \n') }, 'names an empty file'],
  ['no signing key', { BURGEE_SIGNING_KEY: undefined }, 'BURGEE_SIGNING_KEY is missing'],
  ['a signing key of another curve', { BURGEE_SIGNING_KEY: pem('P-384') }, 'is not a P-256 private key'],
  ['a password as signing key', { BURGEE_SIGNING_KEY: 'hunter2-hunter2' }, 'is not a P-256 private key'],
  [
    'an origin with a path',
    { BURGEE_PUBLIC_URL: 'https://flags.example.com/admin' },
    'BURGEE_PUBLIC_URL must be an origin',
  ],
  ['an origin without a scheme', { BURGEE_PUBLIC_URL: 'flags.example.com' }, 'BURGEE_PUBLIC_URL must be an origin'],
  ['an unknown role', { BURGEE_ROLE: 'server' }, 'BURGEE_ROLE must be one of api, worker, all, relay, not "server"'],
  ['an unknown log level', { BURGEE_LOG_LEVEL: 'verbos' }, 'BURGEE_LOG_LEVEL must be one of'],
  ['a negative drain', { BURGEE_DRAIN_MS: '-1' }, 'BURGEE_DRAIN_MS must be a whole number'],
  ['a poll slower than promised', { BURGEE_POLL_INTERVAL_MS: '60000' }, 'BURGEE_POLL_INTERVAL_MS must be'],
  ['a request timeout of nothing', { BURGEE_REQUEST_TIMEOUT_MS: '0' }, 'BURGEE_REQUEST_TIMEOUT_MS must be'],
  ['a limit below 0', { BURGEE_KEY_RATE_LIMIT: '-1' }, 'BURGEE_KEY_RATE_LIMIT must be a whole number'],
  ['half a request', { BURGEE_ADDRESS_RATE_LIMIT: '0.5' }, 'BURGEE_ADDRESS_RATE_LIMIT must be a whole number'],
  ['a limit in words', { BURGEE_REFUSED_RATE_LIMIT: 'none' }, 'BURGEE_REFUSED_RATE_LIMIT must be a whole number'],
  ['a proxy by name', { BURGEE_TRUSTED_PROXIES: '10.0.0.0/8, edge' }, 'such as 10.0.0.0/8, fd00::/8, not "edge"'],
  ['a lag of hours', { BURGEE_MAX_LAG_MS: '3600000' }, 'BURGEE_MAX_LAG_MS must be a whole number from 0 to 60000'],
  ['no connections', { BURGEE_MAX_CONNECTIONS: '0' }, 'BURGEE_MAX_CONNECTIONS must be a whole number from 10'],
  ['no streams', { BURGEE_MAX_STREAMS: '0' }, 'BURGEE_MAX_STREAMS must be a whole number from 1 to 1000000'],
  ['a metrics port in words', { BURGEE_METRICS_PORT: 'on' }, 'BURGEE_METRICS_PORT must be'],
];

test.each(faults)('refuses %s with a sentence and no secret', (_name, change, sentence) => {
  const found = faultsOf({ ...good, ...change });
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(sentence);
  expect(found[0]).not.toMatch(/secret|hunter2/);
});

test('tells all faults at once', () => {
  expect(faultsOf({ PORT: '0', BURGEE_ROLE: 'x' })).toHaveLength(4);
});

test('warns of a setting that does not exist and names the nearest', () => {
  const { warnings } = readConfig({ ...good, BURGEE_POLL_INTERVALL: '1', BURGEE_URL: 'http://burgee' });
  expect(warnings).toEqual(['BURGEE_POLL_INTERVALL is not a setting of Burgee; did you mean BURGEE_POLL_INTERVAL_MS?']);
});
