import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from './program.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'burgee-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Env = Record<string, string>;

async function burgee(
  args: readonly string[],
  env: Env = {},
  cwd = folder,
): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const code = await run(args, {
    env,
    cwd,
    print: (text) => (written.out += `${text}\n`),
    complain: (text) => (written.err += `${text}\n`),
  });
  return { code, ...written };
}

test('without a command it says what there is, as a mistake of usage', async () => {
  const { code, err } = await burgee([]);
  expect(code).toBe(2);
  for (const command of ['stale', 'flags', 'explain', 'validate', 'import', 'export', 'migrations', 'audit'])
    expect(err).toContain(command);
});

test('help is no mistake, and names every exit code', async () => {
  const { code, out } = await burgee(['--help']);
  expect(code).toBe(0);
  expect(out).toMatch(/0 done; 1 .*\n?.*2 usage; 3 .*; 4 .*; 70/);
});

test.each([
  [['stale', '--as-of', '2026-02-30'], 'It must be a date such as 2026-12-01'],
  [['stale', '--nonsense'], "unknown option '--nonsense'"],
  [['flags', 'switch', 'new-checkout', 'maybe', '-e', 'staging'], 'Allowed choices are on, off'],
  [['flags', 'switch', 'new-checkout', 'on'], "required option '-e, --environment <key>'"],
  [['explain', 'new-checkout', '-e', 'staging', '-c', '[1]'], 'It must be a JSON object'],
  [['migrations', 'down', '0'], 'It must be a whole number from 1'],
  [['migrations', 'goto', 'newest'], 'It must be the leading digits'],
  [['audit', 'verify', '--head', 'abc'], 'It must be 64 hexadecimal digits'],
  [['stale'], 'NO_SERVER: no Burgee server is known here'],
  [['audit', 'verify'], 'NO_DATABASE: no database is known here'],
  [['validate', 'nowhere.json'], 'NO_FILE: '],
  [['import', 'launchdarkly', 'x.json'], 'Allowed choices are unleash, growthbook, flagd'],
  [['import', 'unleash'], "missing required argument 'file'"],
  [['import', 'unleash', 'nowhere.json'], 'NO_FILE: '],
  [['import', 'unleash', '.'], 'is a folder'],
  [['import', 'unleash', 'x.json', '--reference', 'flagd-2'], 'Name one of unleash, unleash-node'],
  [['import', 'unleash', 'x.json', '--prove', '0'], 'It must be a whole number from 1 to 1,000,000'],
  [['import', 'unleash', 'x.json', '--prove', '9', '--seed', '-1'], 'It must be a whole number from 0'],
  [['export', '-e', 'staging'], "required option '--as <system>'"],
  [['export', '--as', 'growthbook', '-e', 'staging'], 'Allowed choices are flagd, unleash'],
  [['export', '--as', 'flagd'], "required option '-e, --environment <key>'"],
  [['export', '--as', 'flagd', '-e', 'staging'], 'NO_SERVER'],
])('%j is a mistake of usage', async (args, sentence) => {
  const { code, err } = await burgee(args);
  expect(err).toContain(sentence);
  expect(code).toBe(2);
});

test('a server or a database that does not answer is exit code 3, and no secret is shown', async () => {
  const server = await burgee(['stale', '--project', 'shop'], {
    BURGEE_URL: 'http://127.0.0.1:1',
    BURGEE_TOKEN: 'bgp_secret',
  });
  expect(server).toMatchObject({
    code: 3,
    err: expect.stringContaining('UNREACHABLE: http://127.0.0.1:1 does not answer'),
  });
  const database = await burgee(['audit', 'verify'], {
    DATABASE_URL: 'postgres://burgee_owner:secret@127.0.0.1:1/burgee',
  });
  expect(database).toMatchObject({
    code: 3,
    err: expect.stringContaining('UNREACHABLE: the database does not let us in'),
  });
  expect(server.err + database.err).not.toContain('secret');
});

test('finds the Burgee that runs here, from any folder below', async () => {
  const asked: unknown[] = [];
  const server = await listen((authorization, body) => {
    asked.push(authorization, JSON.parse(body).variables);
    return { data: { staleFlags: [] } };
  });
  const below = path.join(folder, 'project/services/api');
  mkdirSync(path.join(folder, 'project/.burgee'), { recursive: true });
  mkdirSync(below, { recursive: true });
  const running = { api: addressOf(server), accessToken: 'bgp_known', databaseUrl: 'postgres://x' };
  writeFileSync(path.join(folder, 'project/.burgee/running.json'), JSON.stringify(running));
  const { code, out } = await burgee(['stale', '--project', 'shop', '--as-of', '2026-12-01'], {}, below);
  server.close();
  expect(asked).toEqual(['Bearer bgp_known', { project: 'shop', asOf: '2026-12-01T00:00:00.000Z' }]);
  expect(out).toBe('No flag of shop is overdue.\n');
  expect(code).toBe(0);
});

test('a refusal is exit code 4 with its code and how to mend it', async () => {
  const errors = [
    {
      message: 'a change in production needs a reason',
      extensions: { code: 'REASON_REQUIRED', fix: 'Give --reason.' },
    },
  ];
  const server = await listen(() => ({ data: null, errors }));
  const env = { BURGEE_URL: addressOf(server), BURGEE_TOKEN: 'bgp_x' };
  const answer = await burgee(['flags', 'switch', 'a', 'on', '-e', 'production', '--project', 'shop'], env);
  server.close();
  expect(answer).toEqual({
    code: 4,
    out: '',
    err: 'REASON_REQUIRED: a change in production needs a reason\n  Give --reason.\n',
  });
});

test('control characters of others never reach the terminal', async () => {
  const finding = {
    flagKey: 'a',
    finding: 'stale',
    days: 1,
    since: '2026-11-01T00:00:00Z',
    value: true,
    owner: '\u001b[2Jpia',
    lastUsedAt: null,
  };
  const server = await listen(() => ({ data: { staleFlags: [finding] } }));
  const { out } = await burgee(['stale', '--project', 'shop'], {
    BURGEE_URL: addressOf(server),
    BURGEE_TOKEN: 'bgp_x',
  });
  server.close();
  expect(out).toContain('\\u001b[2Jpia');
});

test('validates a ruleset file, and names each problem with its path', async () => {
  const flag = {
    key: 'a',
    enabled: true,
    type: 'boolean',
    variants: { on: true, off: false },
    off: 'off',
    default: 'off',
  };
  const ruleset = { format: 1, environment: 'production', version: '1', segments: {}, flags: { a: flag } };
  writeFileSync(path.join(folder, 'good.json'), JSON.stringify(ruleset));
  writeFileSync(
    path.join(folder, 'bad.json'),
    JSON.stringify({ ...ruleset, flags: { a: { ...flag, default: 'maybe' } } }),
  );
  writeFileSync(path.join(folder, 'torn.json'), '{');
  expect(await burgee(['validate', 'good.json'])).toMatchObject({ code: 0, out: 'good.json is a valid ruleset.\n' });
  expect(await burgee(['validate', 'bad.json'])).toMatchObject({ code: 1, out: expect.stringContaining('default') });
  expect(await burgee(['validate', 'torn.json'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('INVALID_RULESET'),
  });
});

let database: ThrowawayDatabase;
beforeAll(async () => {
  database = await throwawayDatabase();
});
afterAll(() => database.drop());

const repository = path.resolve(import.meta.dirname, '../../..');

test('migrations go down and up again, and say so', async () => {
  const env = { DATABASE_URL: database.ownerUrl };
  const down = await burgee(['migrations', 'down'], env, repository);
  expect(down).toMatchObject({ code: 0, out: expect.stringMatching(/^undone \d+_\w+ in \d+ ms\n$/) });
  expect((await burgee(['migrations', 'status'], env, repository)).out).toContain('pending');
  const up = await burgee(['migrations', 'up'], env, repository);
  expect(up).toMatchObject({ code: 0, out: expect.stringMatching(/^applied \d+_\w+ in \d+ ms\n$/) });
  expect((await burgee(['migrations', 'up'], env, repository)).out).toBe('There is nothing to do.\n');
  expect(await burgee(['migrations', 'goto', '12'], env, repository)).toMatchObject({
    code: 1,
    err: expect.stringContaining('BURGEE_MIGRATIONS_005: there is no version 12'),
  });
});

test('audit verify recomputes every chain and finds a head in it', async () => {
  const env = { DATABASE_URL: database.ownerUrl };
  await database.sql(`insert into burgee.project (key, name) values ('audited', 'Audited')`);
  const whole = await burgee(['audit', 'verify', '--project', 'audited'], env);
  expect(whole).toMatchObject({
    code: 0,
    out: expect.stringMatching(/audited\s+\(project\)\s+1\s+[0-9a-f]{64}\s+whole/),
  });
  const head = /[0-9a-f]{64}/.exec(whole.out)?.[0] ?? '';
  expect(await burgee(['audit', 'verify', '--head', head], env)).toMatchObject({
    code: 0,
    out: expect.stringContaining('is entry'),
  });
  const other = await burgee(['audit', 'verify', '--head', '0'.repeat(64)], env);
  expect(other).toMatchObject({ code: 1, err: expect.stringContaining('AUDIT_HEAD_MISSING') });
  expect((await burgee(['audit', 'verify', '--project', 'nothing'], env)).code).toBe(1);
});

function listen(answer: (authorization: string | undefined, body: string) => object): Promise<Server> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer(request.headers.authorization, body)));
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}
