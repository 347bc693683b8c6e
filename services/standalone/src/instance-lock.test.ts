import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { takeInstanceLock } from './instance-lock.ts';
import { identify, lives } from './process-identity.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'burgee-lock-'));
const file = path.join(folder, 'supervisor.json');
beforeEach(() => rmSync(file, { force: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function take() {
  const lock = await takeInstanceLock(folder);
  if ('pid' in lock) throw new Error(`process ${lock.pid} holds it`);
  return lock;
}

function sleeper(): { pid: number; ended: Promise<unknown> } {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  return { pid: child.pid ?? 0, ended: once(child, 'exit') };
}

test('one holder at a time; released, the next may take it', async () => {
  const lock = await take();
  expect(await takeInstanceLock(folder)).toMatchObject(identify(process.pid));
  lock.release();
  (await take()).release();
  expect(readdirSync(folder)).toEqual([]);
});

test('a dead holder counts for nothing, even when its number is in use again', async () => {
  writeFileSync(file, JSON.stringify({ pid: process.pid, startedAt: 'another moment', children: [] }));
  (await take()).release();
});

test('half a lock counts for nothing', async () => {
  writeFileSync(file, '{"pid":');
  (await take()).release();
});

test('what a dead holder left running is ended first', async () => {
  const orphan = sleeper();
  const dead = { pid: 2 ** 22 + 1, startedAt: null, children: [identify(orphan.pid)] };
  writeFileSync(file, JSON.stringify(dead));
  const lock = await take();
  await orphan.ended;
  lock.release();
});

test('a stranger who got the number of a child is left alone', async () => {
  const stranger = sleeper();
  writeFileSync(
    file,
    JSON.stringify({ pid: 2 ** 22 + 1, startedAt: null, children: [{ pid: stranger.pid, startedAt: '1' }] }),
  );
  const lock = await take();
  expect(lives(identify(stranger.pid))).toBe(true);
  process.kill(stranger.pid, 'SIGKILL');
  await stranger.ended;
  lock.release();
});

test('notes the processes that must be gone', async () => {
  const lock = await take();
  lock.note(process.pid);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: process.pid, children: [identify(process.pid)] });
  lock.release();
});
