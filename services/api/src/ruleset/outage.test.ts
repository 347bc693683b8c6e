import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@burgee/test/support';
import { afterEach, expect, test } from 'vitest';
import { newApiKey } from '../access/api-key.ts';
import { apiEnvironment, startTestApi, type TestApi } from '../main.support.ts';
import { type RunningApi, startApi } from '../main.ts';
import { readEvents } from './event-reader.support.ts';
import { type SeverableLink, severableLink } from './severable-link.support.ts';

const undo: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each();
});

async function startBehindLink(more: Record<string, string> = {}): Promise<{ api: TestApi; link: SeverableLink }> {
  let link: SeverableLink | undefined;
  const api = await startTestApi([{ key: 'a', clientVisible: true }], {
    more,
    urlOf: async (database) => {
      link = await severableLink(database.apiUrl);
      return link.url;
    },
  });
  if (link === undefined) throw new Error('no link');
  const made = link;
  undo.push(
    () => made.close(),
    () => api.stop(),
  );
  return { api, link };
}

const value = async (api: Pick<TestApi, 'url'>, key: string) => {
  const headers = { authorization: `Bearer ${key}` };
  const response = await fetch(`${api.url}/ofrep/v1/evaluate/flags/a`, { method: 'POST', headers });
  return (await response.json()) as { value?: boolean; reason?: string; errorCode?: string };
};
const readiness = async (api: Pick<TestApi, 'url'>) => {
  const response = await fetch(`${api.url}/readyz`);
  return { code: response.status, ...((await response.json()) as { status: string }) };
};
const figure = async (api: Pick<TestApi, 'url'>, name: string) => {
  const figures = await (await fetch(`${api.url}/metrics`)).text();
  const [, text] = new RegExp(`^${name} (.*)$`, 'm').exec(figures) ?? [];
  return text === undefined ? undefined : Number(text);
};
const switchOff = (api: TestApi) => api.database.sql('update burgee.flag_setting set enabled = false');

test('reads go on while Postgres is away, and readiness tells stale from ready', async () => {
  const { api, link } = await startBehindLink({ BURGEE_POLL_INTERVAL_MS: '200' });
  expect(await value(api, api.keys.server)).toMatchObject({ value: true });
  expect(await readiness(api)).toMatchObject({ code: 200, status: 'ready' });
  link.cut();
  for (let asked = 0; asked < 50; asked += 1) expect(await value(api, api.keys.client)).toMatchObject({ value: true });
  await eventually(async () => expect(await readiness(api)).toMatchObject({ code: 200, status: 'stale' }));
  expect(await value(api, api.keys.server)).toMatchObject({ value: true, reason: 'STATIC' });
  link.mend();
  await eventually(async () => expect(await readiness(api)).toMatchObject({ status: 'ready' }));
});

test('one write while the link is cut, then silence: it is seen after mending, long before the poll', async () => {
  const { api, link } = await startBehindLink({ BURGEE_POLL_INTERVAL_MS: '10000' });
  const reader = await readEvents(`${api.url}/v1/ruleset`, { headers: { authorization: `Bearer ${api.keys.server}` } });
  await reader.next('ruleset');
  link.cut();
  await switchOff(api);
  link.mend();
  await eventually(async () => expect(await value(api, api.keys.server)).toMatchObject({ value: false }), {
    timeoutMs: 3000,
  });
  await reader.next('patch');
  reader.close();
});

test('the LISTEN session is ended by somebody, with one write in the gap: it is seen after reconnecting', async () => {
  const { api } = await startBehindLink({ BURGEE_POLL_INTERVAL_MS: '10000' });
  expect(await value(api, api.keys.server)).toMatchObject({ value: true });
  await api.database.sql(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'burgee-listen' and datname = current_database()`,
  );
  await switchOff(api);
  await eventually(async () => expect(await value(api, api.keys.server)).toMatchObject({ value: false }), {
    timeoutMs: 3000,
  });
});

test('the slow poll finds what no notification told', async () => {
  const { api } = await startBehindLink({ BURGEE_POLL_INTERVAL_MS: '300' });
  expect(await value(api, api.keys.server)).toMatchObject({ value: true });
  await api.database.sql('alter table burgee.flag_setting disable trigger user');
  await switchOff(api);
  await api.database.sql('alter table burgee.flag_setting enable trigger user');
  await api.database.sql('alter table burgee.environment disable trigger user');
  await api.database.sql('update burgee.environment set version = version + 1, version_token = gen_random_uuid()');
  await eventually(async () => expect(await value(api, api.keys.server)).toMatchObject({ value: false }));
});

test('gives up connections through which nothing comes any more', async () => {
  const { api, link } = await startBehindLink({ BURGEE_POLL_INTERVAL_MS: '500' });
  expect(await value(api, api.keys.server)).toMatchObject({ value: true });
  link.freeze();
  await switchOff(api);
  await eventually(async () => expect(await value(api, api.keys.server)).toMatchObject({ value: false }), {
    timeoutMs: 12_000,
  });
  await api.database.sql('update burgee.flag_setting set enabled = true');
  await eventually(async () => expect(await value(api, api.keys.server)).toMatchObject({ value: true }));
  link.cut();
});

test('stops although nothing comes through its connections any more', async () => {
  const { api, link } = await startBehindLink();
  const second = await startApi(await apiEnvironment(link.url));
  expect(await value(second, api.keys.server)).toMatchObject({ value: true });
  link.freeze();
  await second.stop(); // else the test runs into its limit
  link.cut(); // a database with half a connection cannot be dropped for a minute
});

test('keeps the last good ruleset when more flags were planted than are allowed', async () => {
  const { api } = await startBehindLink({ BURGEE_POLL_INTERVAL_MS: '300' });
  expect(await value(api, api.keys.server)).toMatchObject({ value: true });
  for (const table of ['flag', 'flag_setting', 'environment']) {
    await api.database.sql(`alter table burgee.${table} disable trigger user`);
  }
  // in one transaction: nobody may see the one without the other
  await api.database.run(`
    update burgee.flag_setting set enabled = false;
    insert into burgee.flag (project_id, key) select id, 'planted-' || n from burgee.project, generate_series(1, 10001) as n;
    insert into burgee.flag_setting (flag_id, environment_id, default_serve)
    select flag.id, environment.id, '"on"' from burgee.flag, burgee.environment where flag.key like 'planted-%';
    update burgee.environment set version = version + 1, version_token = gen_random_uuid()`);
  await eventually(async () => expect(await figure(api, 'burgee_ruleset_load_failures_total')).toBe(1), {
    timeoutMs: 15_000,
  });
  expect(await value(api, api.keys.server)).toMatchObject({ value: true });
  await api.database.sql(
    `delete from burgee.flag_setting where flag_id in (select id from burgee.flag where key like 'planted-%')`,
  );
  await api.database.sql('update burgee.environment set version = version + 1, version_token = gen_random_uuid()');
  await eventually(async () => expect(await value(api, api.keys.server)).toMatchObject({ value: false }));
});

test('keeps the last good ruleset when every row is there twice, and recovers with the next good one', async () => {
  const { api } = await startBehindLink({ BURGEE_POLL_INTERVAL_MS: '300' });
  expect(await value(api, api.keys.server)).toMatchObject({ value: true });
  await api.database.run(`
    alter table burgee.flag disable trigger user;
    alter table burgee.flag_setting disable trigger user;
    alter table burgee.environment disable trigger user;
    alter table burgee.flag drop constraint flag_key_once cascade;
    drop index burgee.flag_key_any_case;
    update burgee.flag_setting set enabled = false;
    insert into burgee.flag (project_id, key, owner) select project_id, key, 'twice' from burgee.flag;
    insert into burgee.flag_setting (flag_id, environment_id, default_serve)
    select flag.id, environment.id, '"on"' from burgee.flag, burgee.environment
    where flag.id not in (select flag_id from burgee.flag_setting);
    update burgee.environment set version = version + 1, version_token = gen_random_uuid()`);
  await eventually(async () => expect(await figure(api, 'burgee_ruleset_load_failures_total')).toBe(1));
  expect(await value(api, api.keys.server)).toMatchObject({ value: true });
  await api.database.run(`
    delete from burgee.flag_setting where flag_id in (select id from burgee.flag where owner = 'twice');
    update burgee.environment set version = version + 1, version_token = gen_random_uuid()`);
  await eventually(async () => expect(await value(api, api.keys.server)).toMatchObject({ value: false }));
});

test('a burst of commits is read together', async () => {
  const { api } = await startBehindLink({ BURGEE_POLL_INTERVAL_MS: '10000' });
  await value(api, api.keys.server);
  const before = (await figure(api, 'burgee_ruleset_readings_total')) ?? 0;
  const commits = 200;
  const committing = Array.from({ length: commits }, (_, nr) =>
    api.database.sql('update burgee.flag_setting set salt = $1', [`burst ${nr}`]),
  );
  await Promise.all(committing);
  await switchOff(api);
  await eventually(async () => expect(await value(api, api.keys.server)).toMatchObject({ value: false }));
  const readings = ((await figure(api, 'burgee_ruleset_readings_total')) ?? 0) - before;
  expect(readings).toBeGreaterThan(0);
  expect(readings).toBeLessThan(commits / 2);
});

test('takes over a restored past: a lower version with another token', async () => {
  const { api } = await startBehindLink({ BURGEE_POLL_INTERVAL_MS: '300' });
  expect(await value(api, api.keys.server)).toMatchObject({ value: true });
  await api.database.sql('alter table burgee.flag_setting disable trigger user');
  await api.database.sql('alter table burgee.environment disable trigger user');
  await switchOff(api);
  await api.database.sql('update burgee.environment set version = 1, version_token = gen_random_uuid()');
  await eventually(async () => expect(await value(api, api.keys.server)).toMatchObject({ value: false }));
});

test('serves on while a backup is restored, and takes over what it holds', async () => {
  const { api } = await startBehindLink({ BURGEE_POLL_INTERVAL_MS: '100' });
  expect(await value(api, api.keys.server)).toMatchObject({ value: true });
  const reader = await readEvents(`${api.url}/v1/ruleset`, { headers: { authorization: `Bearer ${api.keys.server}` } });
  await reader.next('head');
  await api.database.run(`
    alter table burgee.api_key disable trigger user;
    alter table burgee.environment disable trigger user;
    alter table burgee.flag_setting disable trigger user;
    do $$
    declare
      reference record;
    begin
      for reference in select conrelid::regclass as holder, conname from pg_constraint where confrelid = 'burgee.environment'::regclass and conparentid = 0 loop
        execute format('alter table %s drop constraint %I', reference.holder, reference.conname);
      end loop;
    end $$;
    create table burgee.kept_key as table burgee.api_key;
    create table burgee.kept_environment as table burgee.environment;
    delete from burgee.api_key;
    delete from burgee.environment`);
  const refreshed = async () => expect(await figure(api, 'burgee_last_sync_age_seconds')).toBeGreaterThan(0.5);
  await eventually(refreshed);
  expect(await value(api, api.keys.server)).toMatchObject({ value: true });
  const unknown = await api.post('/ofrep/v1/evaluate/flags', { key: newApiKey('server', 'test').text });
  expect(unknown.status).toBe(503);
  await api.database.run(`
    update burgee.flag_setting set enabled = false;
    insert into burgee.environment select * from burgee.kept_environment;
    update burgee.environment set version = 1, version_token = gen_random_uuid();
    insert into burgee.api_key select * from burgee.kept_key`);
  await eventually(async () => expect(await value(api, api.keys.server)).toMatchObject({ value: false }));
  await reader.next('patch');
  expect(reader.isEnded()).toBe(false);
  reader.close();
});

test('answers an unknown key with 503 and not 401 while Postgres is away', async () => {
  const { api, link } = await startBehindLink();
  await value(api, api.keys.server);
  const stranger = newApiKey('server', 'test').text;
  expect((await api.post('/ofrep/v1/evaluate/flags', { key: stranger })).status).toBe(401);
  link.cut();
  const unknown = await api.post('/ofrep/v1/evaluate/flags', { key: newApiKey('server', 'test').text });
  expect([unknown.status, unknown.headers.get('retry-after')]).toEqual([503, '2']);
  const misspelt = await api.post('/ofrep/v1/evaluate/flags', { key: `${api.keys.server.slice(0, -1)}_` });
  expect(misspelt.status).toBe(401);
});

test('starts without Postgres from its snapshot, with the keys in it, and says that it is cached', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'burgee-snapshot-'));
  const { api, link } = await startBehindLink({ BURGEE_SNAPSHOT_DIR: folder });
  await value(api, api.keys.server);
  await eventually(() => expect(readdirSync(folder).filter((name) => name.endsWith('.snapshot'))).toHaveLength(1));
  const [name = ''] = readdirSync(folder);
  expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, name), 'utf8')).not.toContain(api.keys.server);
  link.cut();
  const second = await startSecond(api, folder);
  expect(await value(second, api.keys.server)).toMatchObject({ value: true, reason: 'CACHED' });
  expect(await value(second, api.keys.client)).toMatchObject({ value: true });
  expect(await readiness(second)).toMatchObject({ code: 200, status: 'stale' });
  await switchOff(api);
  link.mend();
  await eventually(async () =>
    expect(await value(second, api.keys.server)).toMatchObject({ value: false, reason: 'STATIC' }),
  );
});

test('starts from its snapshot while Postgres takes connections and says nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'burgee-snapshot-'));
  const { api, link } = await startBehindLink({ BURGEE_SNAPSHOT_DIR: folder });
  await value(api, api.keys.server);
  await eventually(() => expect(readdirSync(folder).filter((name) => name.endsWith('.snapshot'))).toHaveLength(1));
  link.swallow();
  const second = await startSecond(api, folder);
  expect(await value(second, api.keys.client)).toMatchObject({ value: true, reason: 'CACHED' });
  link.mend();
  await eventually(async () => expect(await value(second, api.keys.server)).toMatchObject({ reason: 'STATIC' }));
});

test('a restored database wins over a snapshot that looks newer', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'burgee-snapshot-'));
  const { api } = await startBehindLink({ BURGEE_SNAPSHOT_DIR: folder });
  await value(api, api.keys.server);
  await switchOff(api);
  await eventually(() => expect(readdirSync(folder).filter((name) => name.endsWith('.snapshot'))).toHaveLength(2));
  await api.database.run(`
    alter table burgee.flag_setting disable trigger user;
    alter table burgee.environment disable trigger user;
    update burgee.flag_setting set enabled = true;
    update burgee.environment set version = 1, version_token = gen_random_uuid()`);
  const second = await startSecond(api, folder);
  expect(await value(second, api.keys.server)).toMatchObject({ value: true, reason: 'STATIC' });
});

test('passes over a broken snapshot and takes the one before it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'burgee-snapshot-'));
  const { api, link } = await startBehindLink({ BURGEE_SNAPSHOT_DIR: folder });
  await value(api, api.keys.server);
  await eventually(() => expect(readdirSync(folder)).toHaveLength(1));
  await switchOff(api);
  await eventually(() => expect(readdirSync(folder)).toHaveLength(2));
  const newest =
    readdirSync(folder).sort((a, b) => Number(/_(\d+)\./.exec(b)?.[1]) - Number(/_(\d+)\./.exec(a)?.[1]))[0] ?? '';
  const content = readFileSync(join(folder, newest), 'utf8');
  writeFileSync(join(folder, newest), content.replace('"enabled":false', '"enabled":true '));
  link.cut();
  const second = await startSecond(api, folder);
  expect(await value(second, api.keys.server)).toMatchObject({ value: true, reason: 'CACHED' });
});

test('without Postgres and without a snapshot it lives, is not ready, and recovers alone', async () => {
  const { api, link } = await startBehindLink();
  link.cut();
  const second = await startSecond(api, undefined);
  expect((await fetch(`${second.url}/livez`)).status).toBe(200);
  expect(await readiness(second)).toMatchObject({ code: 503, status: 'down' });
  expect(await value(second, api.keys.server)).toMatchObject({ errorCode: 'PROVIDER_NOT_READY' });
  link.mend();
  await eventually(async () => expect(await value(second, api.keys.server)).toMatchObject({ value: true }), {
    timeoutMs: 4000,
  });
  await eventually(async () => expect(await readiness(second)).toMatchObject({ code: 200, status: 'ready' }));
});

test('serves on when its disk takes nothing', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'burgee-snapshot-')), 'a-file');
  writeFileSync(file, '');
  const { api } = await startBehindLink({ BURGEE_SNAPSHOT_DIR: join(file, 'folder') });
  expect(await value(api, api.keys.server)).toMatchObject({ value: true });
});

async function startSecond(api: TestApi, folder: string | undefined): Promise<RunningApi> {
  const { PORT } = await apiEnvironment('');
  const second = await startApi({ ...api.env, PORT, ...(folder && { BURGEE_SNAPSHOT_DIR: folder }) });
  undo.push(() => second.stop());
  return second;
}
