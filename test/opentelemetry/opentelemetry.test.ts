import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { newApiKey } from '@burgee/api';
import { eventually, freePort, type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = path.join(root, 'ops/opentelemetry.mjs');
const mark = 'canary-51c9';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly stringValue?: string; readonly intValue?: number };
  }[];
}
const attribute = (span: Span, key: string) => {
  const value = span.attributes.find((one) => one.key === key)?.value;
  return value?.stringValue ?? value?.intValue;
};

/** A collector: keeps what it is sent. */
function startCollector() {
  const bodies: string[] = [];
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      bodies.push(Buffer.concat(parts).toString());
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  const spans = () =>
    bodies.flatMap((body) =>
      (JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }).resourceSpans.flatMap(
        ({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans),
      ),
    );
  return { server, spans, all: () => bodies.join('') };
}

/** The folder of an operator: the file, and beside it what its first lines say is to be installed; undefined where it cannot be had. */
function operatorsFolder(): string | undefined {
  const cache =
    process.env.BURGEE_TEST_CACHE ?? path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'burgee');
  const folder = path.join(cache, 'opentelemetry');
  mkdirSync(folder, { recursive: true });
  const packages = readFileSync(source, 'utf8').match(/@opentelemetry\/[a-z-]+@[\d.]+/g) ?? [];
  const options = ['--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', '--silent'];
  try {
    execFileSync('npm', ['install', ...options, ...packages], { timeout: 180_000 });
  } catch {
    return undefined;
  }
  copyFileSync(source, path.join(folder, 'opentelemetry.mjs'));
  return folder;
}

const folder = operatorsFolder();
if (folder === undefined) process.stderr.write('SKIPPED: OpenTelemetry cannot be installed from the registry\n');

describe.skipIf(folder === undefined)('an api that was started with --import opentelemetry.mjs', () => {
  const collector = startCollector();
  let database: ThrowawayDatabase;
  let api: ReturnType<typeof spawn>;
  let url = '';
  let key = '';
  let output = '';
  beforeAll(async () => {
    if (process.env.BURGEE_TEST_BUILT !== '1') execFileSync(process.execPath, ['tools/build.ts'], { cwd: root });
    database = await throwawayDatabase();
    const made = newApiKey('server', 'test');
    key = made.text;
    await database.sql(`insert into burgee.project (key, name) values ('test', 'Test')`);
    await database.sql(
      `insert into burgee.environment (project_id, key, name) select id, 'test', 'Test' from burgee.project`,
    );
    await database.sql(
      `insert into burgee.api_key (environment_id, kind, name, key_hash, key_prefix)
       select id, 'server', 'test', $1, $2 from burgee.environment`,
      [made.hash, made.prefix],
    );
    await database.sql(
      `insert into burgee.flag (project_id, key, value_type, variants, origin)
      select id, $1, 'boolean', '{"on": true, "off": false}', '{}' from burgee.project`,
      [`flag-${mark}`],
    );
    await new Promise<void>((resolve) => collector.server.listen(0, '127.0.0.1', resolve));
    const { port: collectorPort } = collector.server.address() as AddressInfo;
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const privateKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    api = spawn(
      process.execPath,
      [
        '--import',
        path.join(String(folder), 'opentelemetry.mjs'),
        path.join(root, 'services/standalone/dist/server.js'),
        'api',
      ],
      {
        env: {
          PATH: process.env.PATH,
          PORT: String(port),
          DATABASE_URL: database.apiUrl,
          BURGEE_SIGNING_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
          BURGEE_DRAIN_MS: '0',
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collectorPort}`,
          OTEL_BSP_SCHEDULE_DELAY: '100',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    for (const stream of [api.stdout, api.stderr]) stream?.on('data', (part) => (output += part));
    const isReady = async () => expect((await fetch(`${url}/readyz`)).status).toBe(200);
    await eventually(isReady, { timeoutMs: 30_000 }).catch((error: unknown) => {
      throw new Error(output, { cause: error });
    });
  }, 300_000);
  afterAll(async () => {
    api?.kill('SIGKILL');
    collector.server.closeAllConnections();
    collector.server.close();
    await database?.drop();
  });

  test('sends the span of a request with its route and nothing of what was asked', async () => {
    const post = (at: string, body: object) =>
      fetch(url + at, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'user-agent': mark },
        body: JSON.stringify(body),
      });
    const context = { targetingKey: mark, [mark]: mark };
    expect((await post(`/ofrep/v1/evaluate/flags/flag-${mark}?${mark}=${mark}`, { context })).status).toBe(200);
    expect((await post('/v1/decisions', { context })).status).toBe(200);
    expect((await post(`/${mark}`, {})).status).toBe(404);
    expect((await fetch(`${url}/ofrep/v1/events?token=${mark}`)).status).toBe(401);
    expect((await post('/graphql', { query: `{ ${mark} }` })).status).toBeGreaterThanOrEqual(200);

    const one = await eventually(
      () => {
        const found = collector.spans().find(({ name }) => name === 'POST /ofrep/v1/evaluate/flags/:key');
        if (found === undefined) throw new Error(`no span: ${collector.spans().map(({ name }) => name)}`);
        return found;
      },
      { timeoutMs: 10_000 },
    );
    expect(attribute(one, 'http.route')).toBe('/ofrep/v1/evaluate/flags/:key');
    expect(attribute(one, 'http.response.status_code') ?? attribute(one, 'http.status_code')).toBe(200);
    await eventually(() => expect(collector.spans().some(({ name }) => name === 'GET /ofrep/v1/events')).toBe(true));
    for (const secret of [mark, key]) expect(collector.all()).not.toContain(secret);
  });

  test('a query that a request causes is a span below it, and operators’ questions are none', async () => {
    const { text } = newApiKey('server', 'test'); // unknown: the database is asked for it
    await fetch(`${url}/v1/decisions`, { method: 'POST', headers: { authorization: `Bearer ${text}` } });
    await eventually(
      () => {
        const spans = collector.spans();
        const query = spans.find(({ name }) => name.startsWith('pg.query'));
        expect(spans.find(({ spanId }) => spanId === query?.parentSpanId)?.name ?? query?.parentSpanId).toBeTruthy();
      },
      { timeoutMs: 10_000 },
    );
    expect(collector.spans().some(({ name }) => /livez|readyz|metrics/.test(name))).toBe(false);
  });
});
