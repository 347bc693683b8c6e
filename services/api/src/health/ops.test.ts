import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../config.ts';
import { startTestApi, type TestApi } from '../main.support.ts';
import { metricsIn } from './metrics.support.ts';

const read = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly datasource: { readonly uid: string };
  }[];
}
interface Dashboard {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
  readonly panels: readonly Panel[];
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook: string };
}

const dashboard = JSON.parse(read('ops/grafana/burgee.json')) as Dashboard;
const { groups } = parse(read('ops/prometheus/alerts.yml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const queries = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));

let api: TestApi;
let series: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;
beforeAll(async () => {
  api = await startTestApi([{ key: 'a' }]);
  await api.post('/ofrep/v1/evaluate/flags');
  const metrics = metricsIn(await (await fetch(`${api.url}/metrics`)).text());
  series = new Map([...metrics.values()].flatMap((metric) => metric.series.map((name) => [name, metric.labels])));
});
afterAll(() => api.stop());

/** Grafana's own variables stand where a duration or a text does. */
const asPromQl = (expr: string) =>
  expr.replaceAll('$__rate_interval', '1m').replaceAll('$job', '.*').replaceAll('$instance', '.*');

/** What a query asks for: metrics, and the labels that it takes from them or groups by. */
function asked(expr: string): { metrics: string[]; labels: string[]; faults: number } {
  const found = { metrics: [] as string[], labels: [] as string[], faults: 0 };
  parser.parse(expr).iterate({
    enter({ name, type, from, to }) {
      const text = expr.slice(from, to);
      if (type.isError) found.faults += 1;
      if (name === 'Identifier') found.metrics.push(text);
      if (name === 'LabelName') found.labels.push(text);
    },
  });
  return found;
}

const given = new Set(['job', 'instance', 'le']);
const check = (expr: string) => {
  const { metrics, labels, faults } = asked(asPromQl(expr));
  expect(faults, `not PromQL: ${expr}`).toBe(0);
  expect(metrics.length).toBeGreaterThan(0);
  const known = new Set(metrics.flatMap((name) => [...(series.get(name)?.keys() ?? [])]));
  for (const name of metrics) expect(series.has(name), `${name} is not on /metrics`).toBe(true);
  for (const label of labels)
    expect(given.has(label) || known.has(label) || unset.has(label), `${label} in ${expr}`).toBe(true);
};
/** Labels of metrics that have no value before something happens. */
const unset = new Set(['cause']);

test.each(queries)('the dashboard asks for what there is: $title', ({ expr }) => {
  check(expr);
  expect(expr).toContain('job=~"$job",instance=~"$instance"');
});

test.each(rules)('the alarm $alert asks for what there is', ({ expr }) => check(expr));

test('the dashboard can be imported: its ids are unique, its source is a variable, nothing lies over another', () => {
  expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39);
  expect(dashboard.uid).toBe('burgee');
  const ids = dashboard.panels.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(dashboard.templating.list.find(({ name }) => name === 'datasource')?.type).toBe('datasource');
  const cells = new Set<string>();
  for (const { type, title, datasource, targets = [], gridPos } of dashboard.panels) {
    if (type !== 'row')
      for (const at of [{ datasource }, ...targets]) expect(at.datasource?.uid, title).toBe('$' + '{datasource}');
    expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        expect(x < 24 && !cells.has(`${x} ${y}`), `${title} lies over another panel`).toBe(true);
        cells.add(`${x} ${y}`);
      }
  }
});

test('the dashboard shows what an operator must see', () => {
  const all = queries.map(({ expr }) => expr).join('\n');
  for (const metric of [
    'propagation_seconds_bucket',
    'decisions_total',
    'streams',
    'ruleset_version',
    'last_sync_age_seconds',
  ])
    expect(all).toContain(`burgee_${metric}`);
  for (const metric of ['ruleset_load_failures_total', 'flag_problems', 'pool_connections', 'exposure_rows_waiting'])
    expect(all).toContain(`burgee_${metric}`);
  for (const metric of ['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes'])
    expect(all).toContain(metric);
});

test('the guide lists every setting that there is, and no other, with the default that it has', () => {
  const list = /^const settings = \[$([^\]]*)/m.exec(read('services/api/src/config.ts'))?.[1] ?? '';
  const settings = [...list.matchAll(/'([A-Z_]+)'/g)].map(([, name]) => name);
  const rows = [...read('docs/guides/operating.md').matchAll(/^\| `([A-Z_]+)` \| ([^|]+) \|/gm)];
  expect(settings.length).toBeGreaterThan(15);
  expect(rows.map(([, name]) => name).sort()).toEqual(settings.sort());
  const env = { DATABASE_URL: 'postgres://u:p@db/burgee', BURGEE_SIGNING_KEY: api.env.BURGEE_SIGNING_KEY };
  const config = JSON.stringify(readConfig(env));
  for (const [, name = '', written = ''] of rows) {
    const field = camelCase(name);
    if (/^\d+$/.test(written)) expect(config, name).toContain(`"${field}":${written}`);
  }
});

const camelCase = (name: string) =>
  name
    .replace(/^BURGEE_/, '')
    .toLowerCase()
    .replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

test('the guide names every metric of ours', () => {
  const guide = read('docs/guides/operating.md').replace(/`…_(waiting|dropped_total)`/g, 'burgee_exposure_rows_$1');
  for (const name of new Set([...series.keys()].filter((one) => one.startsWith('burgee_')))) {
    expect(guide).toContain(name.replace(/_(bucket|sum|count)$/, ''));
  }
});

test('every alarm has a chapter in the guide, and no two have one name', () => {
  const guide = read('docs/guides/operating.md');
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  for (const { alert, annotations, labels, for: since } of rules) {
    expect(annotations.runbook).toBe(`docs/guides/operating.md#${alert.toLowerCase()}`);
    expect(guide, `no chapter for ${alert}`).toMatch(new RegExp(`^#+ ${alert}$`, 'm'));
    expect(annotations.summary.length).toBeGreaterThan(10);
    expect(annotations.description).toMatch(/\.$/);
    expect(['info', 'warning', 'critical']).toContain(labels.severity);
    expect(since).toMatch(/^\d+m$/);
  }
});
