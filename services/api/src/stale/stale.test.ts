import { eventually } from '@burgee/test/support';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { managedShop } from '../graphql/graphql.support.ts';
import { apiEnvironment } from '../main.support.ts';
import { type RunningApi, startApi } from '../main.ts';
import { Postgres } from '../postgres.ts';
import { monthlyReport } from './due.ts';
import { fileDueReports } from './stale.job.ts';

let shop: Awaited<ReturnType<typeof managedShop>>;
beforeAll(async () => {
  shop = await managedShop();
});
afterAll(() => shop.stop());

const reports = () =>
  shop.database.sql('select kind, to_char(period, $1) as period from burgee.stale_report order by kind', [
    'YYYY-MM-DD',
  ]);
const clear = () =>
  shop.database.run(`
    begin;
    alter table burgee.stale_finding disable trigger user;
    alter table burgee.stale_report disable trigger user;
    delete from burgee.stale_finding;
    delete from burgee.stale_report;
    alter table burgee.stale_finding enable trigger user;
    alter table burgee.stale_report enable trigger user;
    commit`);
const bodies = async () =>
  (await shop.database.sql('select body::text from burgee.stale_report order by kind')).map(({ body }) => body);

async function withPostgres(work: (postgres: Postgres) => Promise<unknown>): Promise<void> {
  const postgres = new Postgres({ url: shop.database.apiUrl, onError: () => undefined });
  try {
    await work(postgres);
  } finally {
    await postgres.close();
  }
}

test('two workers at once file exactly one report a project and period, at their start', async () => {
  await clear();
  const workers: RunningApi[] = [];
  try {
    const environments = await Promise.all(
      [1, 2].map(() => apiEnvironment(shop.database.apiUrl, { BURGEE_ROLE: 'worker' })),
    );
    workers.push(...(await Promise.all(environments.map((environment) => startApi(environment)))));
    await eventually(async () => expect(await reports()).toHaveLength(2), { timeoutMs: 20_000 });
    const jobs = await shop.database.sql(`select state from burgee_jobs.job where name = 'stale-audit'`);
    expect(jobs).toHaveLength(1);
    const month = monthlyReport(new Date()).period;
    expect(await reports()).toEqual([
      { kind: 'daily', period: new Date().toISOString().slice(0, 10) },
      { kind: 'monthly', period: month },
    ]);
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
});

test('twenty at the same instant file one report each, and all get the same one', async () => {
  await clear();
  await withPostgres(async (postgres) => {
    const now = new Date();
    await Promise.all(Array.from({ length: 20 }, () => fileDueReports(postgres, now)));
    expect(await reports()).toHaveLength(2);
  });
});

test('a worker that is killed half-way leaves nothing, and the next one files the same report', async () => {
  await clear();
  const now = new Date();
  await withPostgres((postgres) => fileDueReports(postgres, now));
  const whole = await bodies();
  await clear();
  const killed = new pg.Client({ connectionString: shop.database.apiUrl });
  killed.on('error', () => undefined);
  await killed.connect();
  await killed.query('begin');
  await killed.query(
    `select set_config('hasura.user', '{"x-hasura-role":"burgee_member","x-burgee-door":"job"}', true)`,
  );
  await killed.query(
    `select burgee.file_stale_report(id, 'daily', current_date, date_trunc('day', now(), 'UTC')) from burgee.project`,
  );
  const [{ pid }] = (await killed.query('select pg_backend_pid() as pid')).rows as [{ pid: number }];
  await shop.database
    .sql('select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 and usename = current_user', [pid])
    .catch(() => undefined);
  (killed as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  await withPostgres((postgres) =>
    eventually(async () => {
      await fileDueReports(postgres, now);
      expect(await bodies()).toEqual(whole);
    }),
  );
});

test('the worker files late what was due while it was away', async () => {
  await clear();
  await withPostgres(async (postgres) => {
    await fileDueReports(postgres, new Date(Date.now() + 40 * 86_400_000));
    expect(await reports()).toHaveLength(2);
  });
});

test('shows a filed report as GraphQL, as a page, as JSON and as CSV, each time the same bytes', async () => {
  await clear();
  await withPostgres((postgres) => fileDueReports(postgres, new Date()));
  const { staleReports } = await shop.get(
    'viewer',
    '{ staleReports(project: "shop") { id kind period asOf body findings { flagKey finding kind value owner days since findCommand lastUsedAt } } }',
  );
  expect(staleReports.map((one: { kind: string }) => one.kind).toSorted()).toEqual(['daily', 'monthly']);
  const daily = staleReports.find((one: { kind: string }) => one.kind === 'daily');
  expect(daily.findings).toContainEqual(
    expect.objectContaining({
      flagKey: 'gift-cards',
      finding: 'stale',
      value: true,
      findCommand: 'git grep -nF -e gift-cards',
    }),
  );
  expect(daily.body).toMatchObject({
    overdue: expect.any(Number),
    findings: expect.arrayContaining([expect.objectContaining({ flag: 'gift-cards' })]),
  });
  const monthly = staleReports.find((one: { kind: string }) => one.kind === 'monthly');
  expect(monthly.body).toMatchObject({ trend: [], heads: { production: expect.stringMatching(/^[0-9a-f]{64}$/) } });
  const read = (accept: string, person: 'viewer' | 'stranger' = 'viewer', query = '') =>
    fetch(`${shop.api.url}/reports/${monthly.id}${query}`, {
      headers: { accept, authorization: `Bearer ${shop.tokens[person]}` },
    });
  for (const [accept, type] of [
    ['text/html', 'text/html'],
    ['application/json', 'application/json'],
    ['text/csv', 'text/csv'],
  ] as const) {
    const [first, second] = await Promise.all([read(accept), read(accept)]);
    expect(first.headers.get('content-type')).toContain(type);
    expect(first.headers.get('content-security-policy')).not.toContain('unsafe');
    expect(await first.text()).toBe(await second.text());
  }
  expect((await read('*/*', 'viewer', '?as=csv')).headers.get('content-type')).toContain('text/csv');
  expect((await read('*/*', 'viewer', '?as=pdf')).status).toBe(400);
  expect((await read('text/html', 'stranger')).status).toBe(404);
  expect((await fetch(`${shop.api.url}/reports/${monthly.id}`)).status).toBe(401);
  expect(
    (await fetch(`${shop.api.url}/reports/no-id`, { headers: { authorization: `Bearer ${shop.tokens.viewer}` } }))
      .status,
  ).toBe(404);
});

test('runs the audit on demand once a day, in the name of who asked', async () => {
  await clear();
  const run = 'mutation { runStaleAudit(project: "shop") { id kind period findings { flagKey } } }';
  const first = (await shop.get('developer', run)).runStaleAudit;
  expect(first).toMatchObject({ kind: 'daily', period: new Date().toISOString().slice(0, 10) });
  expect((await shop.get('admin', run)).runStaleAudit).toEqual(first);
  expect(await shop.codeOf('viewer', run)).toBe('FORBIDDEN');
});

test('looks into the past and the future', async () => {
  const ask = async (days: number) => {
    const asOf = new Date(Date.now() + days * 86_400_000).toISOString();
    const { staleFlags } = await shop.get(
      'viewer',
      `{ staleFlags(project: "shop", asOf: "${asOf}") { flagKey finding } }`,
    );
    return staleFlags
      .filter((one: { finding: string }) => one.finding === 'stale')
      .map((one: { flagKey: string }) => one.flagKey);
  };
  expect(await ask(0)).not.toContain('dark-storefront');
  expect(await ask(2)).toContain('dark-storefront');
  expect(await ask(-10)).not.toContain('gift-cards');
});

test('a worker without its queue waits, and begins when the queue is there; the process goes on', async () => {
  await clear();
  await shop.database.sql('alter schema burgee_jobs rename to put_away');
  const worker = await startApi(await apiEnvironment(shop.database.apiUrl, { BURGEE_ROLE: 'all' }));
  try {
    expect((await fetch(`${worker.url}/livez`)).status).toBe(200);
    expect(await reports()).toEqual([]);
    await shop.database.sql('alter schema put_away rename to burgee_jobs');
    await shop.database.sql(`delete from burgee_jobs.job where name = 'stale-audit'`);
    await eventually(async () => expect(await reports()).toHaveLength(2), { timeoutMs: 20_000 });
  } finally {
    await worker.stop();
  }
});
