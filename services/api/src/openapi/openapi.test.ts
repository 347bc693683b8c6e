import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../main.support.ts';
import { openApiDocument } from './document.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const operations = Object.entries(openApiDocument.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
);

test('is served', async () => {
  const response = await fetch(`${api.url}/openapi.json`);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(await response.json()).toEqual(JSON.parse(JSON.stringify(openApiDocument)));
});

test.each(operations)('%s is there, and names its other methods', async (operation) => {
  const [method = '', path = ''] = operation.split(' ');
  const url = api.url + path.replace('{key}', 'x');
  const headers = { authorization: `Bearer ${api.keys.server}` };
  const answer = await fetch(url, { method, headers });
  expect([404, 405].includes(answer.status) && !path.includes('{key}')).toBe(false);
  const others = await fetch(url, { method: 'DELETE', headers });
  expect([others.status, others.headers.get('allow')]).toEqual([405, method]);
});

test('every schema that is pointed to is there, and every one that is there is pointed to', () => {
  const pointers = JSON.stringify(openApiDocument).matchAll(/"#\/components\/schemas\/(\w+)"/g);
  const used = new Set([...pointers].map(([, name]) => name));
  expect([...used].sort()).toEqual(Object.keys(openApiDocument.components.schemas).sort());
});
