import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readSettings, setting, without } from './settings.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'burgee-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const where = path.join(folder, name);
  writeFileSync(where, content);
  return where;
}

test('needs nothing to be set', () => {
  expect(readSettings({}, '/srv/shop')).toEqual({
    dataDir: '/srv/shop/.burgee',
    port: 4400,
    shopPort: undefined,
    databaseUrl: undefined,
    publicUrl: undefined,
  });
});

test('reads every setting from a file too, without its line end and mark', () => {
  const settings = readSettings(
    {
      PORT_FILE: file('port', '4500\r\n'),
      DATABASE_URL_FILE: file('url', '\uFEFFpostgres://me:secret@db/flags\n'),
      BURGEE_DATA_DIR_FILE: file('dir', 'data\n'),
    },
    '/srv/shop',
  );
  expect(settings).toMatchObject({
    port: 4500,
    databaseUrl: 'postgres://me:secret@db/flags',
    dataDir: '/srv/shop/data',
  });
});

test.each([
  [{ PORT: '0' }, 'PORT must be a whole number from 1 to 65535, not "0".'],
  [{ PORT: '99999' }, 'PORT must be a whole number from 1 to 65535, not "99999".'],
  [{ PORT: 'http' }, 'PORT must be a whole number from 1 to 65535, not "http".'],
  [{ PORT: '1', PORT_FILE: '/x' }, 'PORT and PORT_FILE are both set: keep one.'],
  [{ PORT_FILE: '/nowhere/port' }, 'PORT_FILE cannot be read: /nowhere/port (ENOENT).'],
  [{ PORT_FILE: os.tmpdir() }, `PORT_FILE cannot be read: ${os.tmpdir()} (EISDIR).`],
  [{ PORT_FILE: file('empty', '\n') }, `PORT_FILE names an empty file: ${path.join(folder, 'empty')}.`],
  [{ DATABASE_URL: 'mysql://me:secret@db/flags' }, 'DATABASE_URL is not a Postgres address'],
  [{ DATABASE_URL: 'postgres://me:secret@db' }, 'DATABASE_URL is not a Postgres address'],
])('%j is one sentence and exit code 78, without the secret', (env, sentence) => {
  expect(() => readSettings(env, '/srv/shop')).toThrow(
    expect.objectContaining({ exitCode: 78, message: expect.stringContaining(sentence) }),
  );
  expect(() => readSettings(env, '/srv/shop')).not.toThrow(
    expect.objectContaining({ message: expect.stringContaining('secret@') }),
  );
});

test('blank is absent', () => {
  expect(setting({ PORT: ' ', PORT_FILE: '' }, 'PORT')).toBeUndefined();
});

test('takes settings away in both of their forms', () => {
  expect(without({ PORT: '1', PORT_FILE: '/x', HOME: '/root' }, ['PORT'])).toEqual({ HOME: '/root' });
});
