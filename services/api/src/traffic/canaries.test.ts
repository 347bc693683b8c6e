import { connect } from 'node:net';
import { eventually } from '@burgee/test/support';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { newApiKey } from '../access/api-key.ts';
import { readConfig } from '../config.ts';
import { apiEnvironment, startTestApi, type TestApi } from '../main.support.ts';
import { createApp } from '../main.ts';
import { createLogger } from '../platform.module.ts';

/** Stands wherever a sender can write something; afterwards nothing that operators read may hold it. */
const mark = 'canary-7f3a';

let api: TestApi;
let app: NestFastifyApplication;
let url: string;
const lines: string[] = [];
const written = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write'));

beforeAll(async () => {
  api = await startTestApi([{ key: 'a', rules: [{ id: 'r', if: [{ attr: 'plan', op: 'in', values: ['x'] }] }] }]);
  // what the database says about a value is a fault of ours for the api, and is logged
  await api.database.run(`
    create function burgee.quote() returns trigger language plpgsql as $$
    begin
      raise exception 'quoting %', new.flag_key using detail = new.application;
    end $$;
    create trigger quote before insert on burgee.unknown_flag for each row execute function burgee.quote();
    create function burgee.quote_exposure() returns trigger language plpgsql as $$
    begin
      perform new.application::integer;
      return new;
    end $$;
    create trigger quote before insert on burgee.flag_exposure for each row execute function burgee.quote_exposure();`);
  const config = readConfig({
    ...(await apiEnvironment(api.database.apiUrl)),
    BURGEE_REFUSED_RATE_LIMIT: '3',
    BURGEE_KEY_RATE_LIMIT: '1000',
    BURGEE_TRUSTED_PROXIES: '127.0.0.1',
  });
  app = await createApp(config, createLogger('trace', { write: (line) => void lines.push(line) }));
  await app.listen(config.port, config.host);
  url = `http://${config.host}:${config.port}`;
});
afterAll(async () => {
  await app.close();
  await api.stop();
});

const send = async (path: string, { body, headers = {}, method = 'POST', key = api.keys.server }: Sent = {}) => {
  const response = await fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json', ...(key !== '' && { authorization: `Bearer ${key}` }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
};
interface Sent {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly method?: string;
  readonly key?: string;
}

const one = '/ofrep/v1/evaluate/flags/a';
const context = { targetingKey: mark, plan: mark, [mark]: mark, list: [mark], deep: { [mark]: { [mark]: mark } } };
const exposure = (more: object) => ({ batchId: crypto.randomUUID(), application: mark, ...more });
const wrongKey = newApiKey('server', mark).text;

const doors: readonly (readonly [what: string, path: string, sent?: Sent])[] = [
  ['a context', one, { body: { context } }],
  ['a context for all flags', '/ofrep/v1/evaluate/flags', { body: { context } }],
  ['a context for decisions', '/v1/decisions', { body: { context } }],
  ['a context that is none', one, { body: { context: mark } }],
  ['a targeting key that is none', one, { body: { context: { targetingKey: [mark] } } }],
  ['a flag', `/ofrep/v1/evaluate/flags/${mark}`],
  ['a body that is no JSON', one, { body: `{"context": {"${mark}" ${mark}` }],
  ['a body that ends early', one, { body: `{"context": {"${mark}": "${mark}` }],
  ['a body that is too large', one, { body: { context: { [mark]: mark.repeat(10_000) } } }],
  ['another type of body', one, { body: mark, headers: { 'content-type': `text/${mark}` } }],
  ['a query', `${one}?${mark}=${mark}`],
  ['an address', `/${mark}?${mark}`, { method: 'PUT' }],
  ['an address that is no UTF-8', `/ofrep/v1/evaluate/flags/${mark}%ff`],
  ['an address that is too long', `/ofrep/v1/evaluate/flags/${mark.repeat(100)}`],
  ['a method', `/v1/ruleset/${mark}`, { method: 'DELETE' }],
  [
    'headers',
    one,
    { headers: { 'user-agent': mark, referer: `http://${mark}/`, origin: `http://${mark}`, [mark]: mark } },
  ],
  ['headers that are read', '/v1/decisions', { headers: { 'if-none-match': mark, accept: mark, prefer: mark } }],
  ['a trace', one, { headers: { traceparent: mark, baggage: mark, 'x-request-id': mark, 'x-forwarded-for': mark } }],
  ['a token of a stream', `/ofrep/v1/events?token=${mark}`, { method: 'GET', key: '' }],
  ['no key', one, { key: mark }],
  ['a key that nobody has', one, { key: wrongKey }],
  ['a key in another header', one, { key: '', headers: { 'x-api-key': mark } }],
  ['two credentials', one, { headers: { 'x-api-key': mark } }],
  ['a session', '/graphql', { key: '', headers: { cookie: `burgee_session=${mark}; ${mark}=${mark}` } }],
  [
    'exposures',
    '/v1/exposures',
    { body: exposure({ counts: [{ flag: 'a', variant: mark, count: 1, hour: new Date() }] }) },
  ],
  ['unknown flags', '/v1/exposures', { body: exposure({ unknown: [mark] }) }],
  ['exposures that are none', '/v1/exposures', { body: { [mark]: mark } }],
  [
    'an evaluation',
    '/graphql',
    { body: { query: `{ ${mark.replace('-', '_')}: evaluation(context: {targetingKey: "${mark}"}) { version } }` } },
  ],
  [
    'a query that is none',
    '/graphql',
    { body: { query: `{ ${mark}`, variables: { [mark]: mark }, operationName: mark } },
  ],
  ['a sign-in', '/auth/sign-in', { key: '', body: { email: `${mark}@example.com`, password: mark } }],
  ['a token to sign in with', '/auth/sign-in-with-token', { key: '', body: { accessToken: mark } }],
  [
    'a setup',
    '/auth/setup',
    { key: '', body: { token: mark, email: `${mark}@example.com`, name: mark, password: mark.repeat(3) } },
  ],
];

test.each(doors.map(([what, path, sent]) => ({ what, path, sent })))('answers $what', async ({ path, sent }) => {
  expect((await send(path, sent)).status).toBeGreaterThanOrEqual(200);
});

test('answers bytes that are no request', async () => {
  const { port } = new URL(url);
  for (const bytes of [
    `${mark}\r\n\r\n`,
    `GET /${mark} HTTP/1.1\r\n${mark}: \0\r\n\r\n`,
    `GET / HTTP/1.1\r\nhost: a\r\nhost: ${mark}\r\n\r\n`,
  ]) {
    const socket = connect(Number(port), '127.0.0.1');
    socket.end(bytes);
    await new Promise((resolve) => socket.once('close', resolve).resume());
  }
});

test('neither the log, at its lowest level, nor the metrics hold anything that a sender wrote', async () => {
  const reader = (
    await fetch(`${url}/v1/decisions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${api.keys.server}`,
        accept: 'text/event-stream',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ context }),
    })
  ).body?.getReader();
  await reader?.read();
  await reader?.cancel();
  await eventually(() => expect(lines.join('')).toContain('exposures were refused'), {
    timeoutMs: 15_000,
  });
  const metrics = await send('/metrics', { method: 'GET', key: '' });
  expect(metrics.text).toContain('burgee_requests_limited_total');
  await app.close();

  const read = {
    log: lines.join(''),
    metrics: metrics.text,
    console: written.flatMap(({ mock }) => mock.calls).join(''),
  };
  expect(read.log.split('\n').length).toBeGreaterThan(20);
  const secrets = [mark, mark.replace('-', '_'), ...Object.values(api.keys), wrongKey.slice(-28)];
  for (const [where, text] of Object.entries(read)) {
    for (const secret of secrets)
      expect(text.toLowerCase().indexOf(secret.toLowerCase()), `${secret} in ${where}: ${around(text, secret)}`).toBe(
        -1,
      );
  }
});

function around(text: string, secret: string): string {
  const at = text.toLowerCase().indexOf(secret.toLowerCase());
  return at < 0 ? '' : text.slice(Math.max(0, at - 400), at + 100);
}
