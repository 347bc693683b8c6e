import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiEnvironment, startTestApi, type TestApi } from '../main.support.ts';
import { startApi } from '../main.ts';
import { type Metric, metricsIn } from './metrics.support.ts';

let api: TestApi;
let text: string;
let metrics: ReadonlyMap<string, Metric>;
beforeAll(async () => {
  api = await startTestApi([
    {
      key: 'secret-launch',
      rules: [{ id: 'r', if: [{ attr: 'plan', op: 'in', values: ['x'] }] }],
      clientVisible: true,
    },
  ]);
  const body = { context: { targetingKey: 'ada@example.com', plan: 'enterprise' } };
  for (const key of [api.keys.server, api.keys.client]) {
    await api.post('/ofrep/v1/evaluate/flags/secret-launch', { key, body });
    await api.post('/ofrep/v1/evaluate/flags/never-made', { key, body });
    await api.post('/ofrep/v1/evaluate/flags', { key, body });
    await api.post('/v1/decisions', { key, body });
  }
  await api.post('/v1/exposures', {
    body: { batchId: crypto.randomUUID(), application: 'storefront', unknown: ['lost'] },
  });
  await api.post('/v1/decisions', { key: 'wrong' });
  await (await api.post('/v1/decisions', { headers: { accept: 'text/event-stream' } })).body?.cancel();
  text = await (await fetch(`${api.url}/metrics`)).text();
  metrics = metricsIn(text);
});
afterAll(() => api.stop());

/** Everything of ours, and each label with all it may hold. A metric that is not in this list fails the test. */
const reasons = 'STATIC DEFAULT TARGETING_MATCH SPLIT DISABLED CACHED ERROR UNKNOWN STALE'.split(' ');
const routes =
  'evaluate_one evaluate_all events decisions ruleset exposures graphql sign_in managing pages operators'.split(' ');
const allowed: Readonly<Record<string, Readonly<Record<string, readonly string[] | RegExp>>>> = {
  burgee_decisions_total: { reason: reasons },
  burgee_propagation_seconds: { le: /^(\+Inf|[0-9.]+)$/ },
  burgee_streams: { kind: ['decisions', 'ruleset', 'nudges', 'changes', 'poll'] },
  burgee_streams_refused_total: {},
  burgee_streams_cut_total: { cause: /^[a-z_]{1,20}$/ },
  burgee_ruleset_version: { environment: ['test'] },
  burgee_ruleset_age_seconds: { environment: ['test'] },
  burgee_ruleset_load_failures_total: {},
  burgee_ruleset_readings_total: {},
  burgee_last_sync_age_seconds: {},
  burgee_flag_problems: { environment: ['test'] },
  burgee_pool_connections: { pool: ['requests', 'sync', 'long'], state: ['used', 'idle', 'waiting'] },
  burgee_requests_shed_total: {},
  burgee_requests_limited_total: { by: ['key', 'address', 'refused'] },
  burgee_http_requests_total: { route: routes, status: /^[1-5]\d\d$/ },
  burgee_http_request_duration_seconds: { route: routes, le: /^(\+Inf|[0-9.]+)$/ },
  burgee_connections: {},
  burgee_exposure_rows_waiting: {},
  burgee_exposure_rows_dropped_total: {},
  burgee_exposure_rows_received_total: {},
};

test('every metric of ours is in the list, with a sentence of help', () => {
  const ours = [...metrics.values()].filter(({ name }) => name.startsWith('burgee_'));
  expect(ours.map(({ name }) => name).sort()).toEqual(Object.keys(allowed).sort());
  for (const { name, help } of metrics.values()) expect(help, name).toMatch(/^[A-Z].{10,}/);
  for (const { help, name } of ours) expect(help, name).toMatch(/\.$/);
});

test('counters end in _total, and what lasts says its unit', () => {
  for (const { name, type } of metrics.values()) {
    if (!name.startsWith('burgee_')) continue;
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
  }
});

test.each(Object.entries(allowed))('%s has no labels but those of a bounded set', (name, labels) => {
  for (const [label, values] of metrics.get(name)?.labels ?? []) {
    const set = labels[label];
    expect(set, `${name}{${label}}`).toBeDefined();
    for (const value of values) {
      expect(set instanceof RegExp ? set.test(value) : set?.includes(value), `${name}{${label}="${value}"}`).toBe(true);
    }
  }
});

test('tells how late the event loop is, and how much memory is in use', () => {
  for (const name of ['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes', 'process_cpu_seconds_total'])
    expect(metrics.has(name), name).toBe(true);
});

test('counts what was asked: decisions by reason, requests by route and status, exposures', () => {
  const value = (series: string) =>
    Number(new RegExp(`^${series.replace(/[{}+]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  expect(value('burgee_decisions_total{reason="ERROR"}')).toBeGreaterThanOrEqual(2);
  expect(value('burgee_decisions_total{reason="DEFAULT"}')).toBeGreaterThanOrEqual(6);
  expect(value('burgee_http_requests_total{route="evaluate_one",status="200"}')).toBe(2);
  expect(value('burgee_http_requests_total{route="evaluate_one",status="404"}')).toBe(2);
  expect(value('burgee_http_requests_total{route="decisions",status="401"}')).toBe(1);
  expect(value('burgee_http_request_duration_seconds_count{route="evaluate_one"}')).toBe(4);
  expect(value('burgee_http_request_duration_seconds_bucket{le="+Inf",route="evaluate_one"}')).toBe(4);
  expect(value('burgee_exposure_rows_received_total')).toBe(1);
  expect(value('burgee_ruleset_version{environment="test"}')).toBeGreaterThan(0);
});

test('hold no flag, no context, no key and no application', () => {
  for (const secret of ['secret-launch', 'never-made', 'lost', 'ada@', 'enterprise', 'storefront', 'bgy_'])
    expect(text).not.toContain(secret);
});

test('a port of their own shows them, and then the api does not', async () => {
  const { PORT: metricsPort = '' } = await apiEnvironment('');
  const other = await startApi(await apiEnvironment(api.database.apiUrl, { BURGEE_METRICS_PORT: metricsPort }));
  try {
    const shown = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
    expect(shown.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(metricsIn(await shown.text()).has('burgee_streams')).toBe(true);
    expect((await fetch(`http://127.0.0.1:${metricsPort}/`)).status).toBe(404);
    expect((await fetch(`${other.url}/metrics`)).status).toBe(404);
  } finally {
    await other.stop();
  }
});

test('readiness says what an operator asks first', async () => {
  const ready = await fetch(`${api.url}/readyz`);
  expect(ready.status).toBe(200);
  expect(await ready.json()).toEqual({
    service: 'burgee',
    status: 'ready',
    role: 'all',
    lastSyncAgeMs: expect.any(Number),
    isBusy: false,
  });
});
