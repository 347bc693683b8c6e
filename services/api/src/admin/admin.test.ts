import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiEnvironment } from '../main.support.ts';
import { type RunningApi, startApi } from '../main.ts';

const folder = mkdtempSync(join(tmpdir(), 'burgee-admin-'));
let api: RunningApi;
beforeAll(async () => {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), `<!doctype html><title>Burgee</title>${' '.repeat(2000)}`);
  writeFileSync(join(folder, 'assets', 'index-abc123.js'), 'export {};');
  writeFileSync(join(folder, 'assets', 'index-abc123.js.map'), '{}');
  writeFileSync(join(folder, '.env'), 'SECRET=1');
  const more = { BURGEE_ADMIN_DIR: folder, BURGEE_ROLE: 'api' };
  api = await startApi(await apiEnvironment('postgres://nobody:nothing@127.0.0.1:1/none', more));
});
afterAll(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}) => fetch(api.url + path, { headers });

test('serves the page, to be asked about each time, and what belongs to it, for ever', async () => {
  const page = await get('/');
  expect([page.status, page.headers.get('content-type'), page.headers.get('cache-control')]).toEqual([
    200,
    'text/html; charset=utf-8',
    'no-cache',
  ]);
  expect(await page.text()).toContain('<title>Burgee</title>');
  expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect((await get('/', { 'if-none-match': page.headers.get('etag') ?? '' })).status).toBe(304);
  const script = await get('/assets/index-abc123.js');
  expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(script.headers.get('content-type')).toContain('text/javascript');
});

test('answers an address of the page with the page, and an address of the api with an error', async () => {
  const html = { accept: 'text/html,*/*' };
  expect(await (await get('/flags/new-checkout', html)).text()).toContain('<title>Burgee</title>');
  expect((await get('/flags/new-checkout')).status).toBe(404);
  for (const path of ['/v1/nothing', '/auth/nothing', '/ofrep/nothing', '/assets/gone-1.js', '/.well-known/nothing']) {
    expect((await get(path, html)).status).toBe(404);
  }
  expect((await get('/graphql', html)).status).toBe(405);
  expect((await get('/v1/decisions', html)).status).toBe(405);
});

test('never leaves its folder, and serves no file that is none of the page', async () => {
  for (const path of [
    '/.env',
    '/..%2f..%2fetc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/assets/../.env',
    '/assets%2findex-abc123.js.map',
    '//etc/passwd',
    '/assets/index-abc123.js.map',
  ]) {
    const response = await get(path);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await response.text()).not.toContain('SECRET');
  }
});

test('says what is missing where no admin is built', async () => {
  const bare = await startApi(
    await apiEnvironment('postgres://nobody:nothing@127.0.0.1:1/none', { BURGEE_ROLE: 'api' }),
  );
  try {
    const response = await fetch(bare.url);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      code: 'NOT_FOUND',
      fix: expect.stringContaining('BURGEE_ADMIN_DIR'),
    });
  } finally {
    await bare.stop();
  }
});
