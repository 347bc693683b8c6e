import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from './program.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'burgee-export-'));
const flag = { enabled: true, type: 'boolean', variants: { on: true, off: false }, off: 'off', default: 'on' };
const flags = {
  plain: { ...flag, key: 'plain' },
  // flagd knows no prerequisites
  'a-child': { ...flag, key: 'a-child', requires: [{ flag: 'plain', variants: ['on'] }] },
};
const ruleset = { format: 1, environment: 'staging', version: '1', flags, segments: {} };

const server = createServer((request, response) => {
  request.resume();
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ data: { ruleset } }));
});
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function burgee(...args: readonly string[]) {
  const written = { out: '', err: '' };
  const code = await run([...args, '-e', 'staging', '--project', 'shop'], {
    env: { BURGEE_URL: url, BURGEE_TOKEN: 'bgp_x' },
    cwd: folder,
    print: (text) => (written.out += `${text}\n`),
    complain: (text) => (written.err += `${text}\n`),
  });
  return { code, ...written };
}

test('writes a flag file, and names what flagd could not decide alike', async () => {
  const { code, out, err } = await burgee('export', '--as', 'flagd');
  expect(Object.keys(JSON.parse(out).flags)).toEqual(['plain']);
  expect(err).toMatch(/^Left out: a-child \(requires.*\): .+\n/);
  expect(err).toContain('NOT_ALL_EXPORTED: 1 flag cannot be said in the terms of flagd, and is left out');
  expect(code).toBe(1);
});

test('writes into a file, where there is a folder for it', async () => {
  expect((await burgee('export', '--as', 'flagd', '--out', 'flags.json')).out).toBe('');
  expect(JSON.parse(readFileSync(path.join(folder, 'flags.json'), 'utf8')).flags).toHaveProperty('plain');
  expect(await burgee('export', '--as', 'flagd', '--out', 'no/where.json')).toMatchObject({
    code: 2,
    err: expect.stringContaining('cannot be written (ENOENT)'),
  });
});

test('knows whose decisions it may be asked for', async () => {
  const { code, err } = await burgee('export', '--as', 'unleash', '--reference', 'flagd-2');
  expect([code, err]).toEqual([2, expect.stringContaining('Name one of unleash, unleash-node')]);
});
