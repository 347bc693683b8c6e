import { type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';
import { RequestMethod } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../config.ts';
import { apiEnvironment } from '../main.support.ts';
import { createApp, type RunningApi, startApi } from '../main.ts';
import { openApiDocument } from '../openapi/document.ts';

/** Every route there is, and whom it opens to. A route that is not in this list fails the test. */
const routes: Readonly<Record<string, string>> = {
  'GET /': 'public',
  'GET /*': 'public',
  'GET /.well-known/jwks.json': 'public',
  'GET /livez': 'public',
  'GET /metrics': 'public',
  'GET /openapi.json': 'public',
  'GET /readyz': 'public',
  'GET /ofrep/v1/events': 'public',
  'POST /auth/setup': 'public',
  'POST /auth/sign-in': 'public',
  'POST /auth/sign-in-with-token': 'public',
  'POST /auth/sign-out': 'member',
  'POST /auth/token': 'member',
  'GET /reports/:id': 'member',
  'GET /v1/changes': 'member',
  'GET /v1/ruleset': 'server, relay',
  'POST /graphql': 'member, client, server',
  'POST /graphql/import': 'member',
  'POST /ofrep/v1/evaluate/flags': 'client, server',
  'POST /ofrep/v1/evaluate/flags/:key': 'client, server',
  'POST /v1/decisions': 'client, server',
  'POST /v1/exposures': 'client, server, relay',
};

let database: ThrowawayDatabase;
let api: RunningApi;
beforeAll(async () => {
  database = await throwawayDatabase();
  api = await startApi(await apiEnvironment(database.apiUrl));
});
afterAll(async () => {
  await api.stop();
  await database.drop();
});

type Handler = (...parameters: never[]) => unknown;

async function handlers(): Promise<{ controllers: [string, string][]; resolvers: [string, string][] }> {
  const app = await createApp(readConfig(await apiEnvironment(database.apiUrl)), pino({ level: 'silent' }));
  const found = { controllers: [] as [string, string][], resolvers: [] as [string, string][] };
  for (const module of app.get(ModulesContainer).values()) {
    for (const { metatype } of module.controllers.values()) {
      for (const [place, handler] of handlersOf(metatype)) {
        const method = Reflect.getMetadata('method', handler) as RequestMethod | undefined;
        if (method === undefined) continue;
        const paths = [Reflect.getMetadata('path', handler)].flat() as string[];
        for (const path of paths)
          found.controllers.push([`${RequestMethod[method]} ${joined(metatype, path)}`, openTo(place, handler)]);
      }
    }
    for (const { metatype } of module.providers.values()) {
      for (const [place, handler] of handlersOf(metatype)) {
        const kind = Reflect.getMetadata('graphql:resolver_type', handler) as string | undefined;
        if (kind === 'Query' || kind === 'Mutation')
          found.resolvers.push([`${kind} ${handler.name}`, openTo(place, handler)]);
      }
    }
  }
  await app.close();
  return found;
}

function handlersOf(metatype: unknown): [object, Handler][] {
  const prototype = (metatype as { prototype?: object } | null)?.prototype;
  if (typeof metatype !== 'function' || prototype === undefined) return [];
  const members = Object.values(Object.getOwnPropertyDescriptors(prototype)).map(({ value }) => value as unknown);
  return members.filter((value) => typeof value === 'function').map((value) => [metatype, value as Handler]);
}

function joined(metatype: unknown, path: string): string {
  const prefix = Reflect.getMetadata('path', metatype as object) as string;
  return `/${[prefix, path]
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '')
    .join('/')}`;
}

function openTo(place: object, handler: Handler): string {
  const read = (key: string) => (Reflect.getMetadata(key, handler) ?? Reflect.getMetadata(key, place)) as unknown;
  if (read('burgee:public') === true) return 'public';
  const kinds = read('burgee:credential') as string[] | undefined;
  return kinds === undefined ? 'nobody' : kinds.join(', ');
}

test('every route is listed here with those it opens to', async () => {
  const { controllers } = await handlers();
  expect(Object.fromEntries(controllers.sort())).toEqual(routes);
});

test('every door of applications is in the OpenAPI document, and nothing else is', () => {
  const isOurs = (route: string, open: string) =>
    /^\w+ \/(ofrep|v1|livez|readyz|openapi\.json)/.test(route) && open !== 'member';
  const doors = Object.entries(routes).filter(([route, open]) => isOurs(route, open));
  const documented = Object.entries(openApiDocument.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace('{key}', ':key')}`),
  );
  expect(documented.sort()).toEqual(doors.map(([route]) => route).sort());
});

test('every query and mutation names its credentials, and none is public', async () => {
  const { resolvers } = await handlers();
  expect(resolvers.length).toBeGreaterThan(20);
  const odd = resolvers.filter(([, open]) => open !== 'member');
  expect(odd).toEqual([['Query evaluation', 'client, server']]);
});

const guarded = Object.entries(routes).filter(([, open]) => open !== 'public');
test.each(guarded)('%s answers 401 to nobody and to a stranger', async (route) => {
  const [method = '', path = ''] = route.split(' ');
  const url = api.url + path.replace(/:\w+/, 'x');
  for (const authorization of [undefined, 'Bearer bgy_server_test_x', 'Bearer a.b.c', 'Bearer bgp_x']) {
    const response = await fetch(url, { method, headers: authorization === undefined ? {} : { authorization } });
    expect([authorization, response.status]).toEqual([authorization, 401]);
  }
});

test.each([
  '/v1//ruleset',
  '/V1/ruleset',
  '/v1/ruleset/',
  '/v1/%72uleset',
  '//v1/ruleset',
  '/livez/../v1/ruleset',
  '/v1/ruleset;x',
])('no spelling of a path goes round the guard: %s', async (path) => {
  const response = await fetch(api.url + path);
  const text = await response.text();
  expect(text).not.toContain('"flags"');
  expect([401, 404, 200]).toContain(response.status);
  if (response.status === 200) expect(response.headers.get('content-type')).toContain('text/html');
});
