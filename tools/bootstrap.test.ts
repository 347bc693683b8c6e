import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { root } from './workspace.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'burgee-tools-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const oldNode = ['/usr/bin/node', '/usr/local/bin/node'].find((file) => existsSync(file) && majorOf(file) < 24);
const files = ['burgee.mjs', 'bootstrap.mjs', 'child.mjs', 'runtime.mjs'];

test.skipIf(oldNode === undefined).each(files)('%s parses on Node 20', (file) => {
  execFileSync(oldNode ?? '', ['--check', path.join(root, 'tools', file)]);
});

test('burgee.mjs keeps to the words that every Node knows', () => {
  const text = readFileSync(path.join(root, 'tools/burgee.mjs'), 'utf8');
  expect(text).not.toMatch(/^import |\?\.|\?\?|await|node:/m);
});

test('an old Node is told in one sentence', () => {
  const copy = path.join(folder, 'old.mjs');
  const text = readFileSync(path.join(root, 'tools/burgee.mjs'), 'utf8');
  writeFileSync(
    copy,
    text.replaceAll('process.versions.node', '"18.20.1"').replaceAll('process.version', '"v18.20.1"'),
  );
  const { status, stderr } = spawnSync(process.execPath, [copy, 'start'], { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr.trim()).toBe(
    'Burgee needs Node 20 or newer to start (this is v18.20.1): install it, and run the command again.',
  );
});

test('an unknown command is told which there are', () => {
  const { status, stderr } = spawnSync(process.execPath, [path.join(root, 'tools/burgee.mjs'), 'begin'], {
    encoding: 'utf8',
  });
  expect(status).toBe(2);
  expect(stderr).toContain('start|test|check|build|cli');
});

test('a test run that dies before its tests begin is one failure', () => {
  const clone = path.join(folder, 'a clone');
  mkdirSync(path.join(clone, 'tools'), { recursive: true });
  for (const file of files) copyFileSync(path.join(root, 'tools', file), path.join(clone, 'tools', file));
  const bin = path.join(clone, 'bin');
  program(
    bin,
    'pnpm',
    'if [ "$1" = --version ]; then echo 12.21.0; else echo "no space left on device" >&2; exit 1; fi',
  );
  const env = { ...process.env, PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin` };
  cpSync(process.execPath, path.join(bin, 'node'));
  const run = spawnSync(path.join(bin, 'node'), [path.join(clone, 'tools/burgee.mjs'), 'test'], {
    encoding: 'utf8',
    env,
  });
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('no space left on device');
  expect(run.stdout.trimEnd().split('\n').at(-1)).toBe('0 passed, 1 failed');
});

function program(bin: string, name: string, script: string): void {
  mkdirSync(bin, { recursive: true });
  writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(path.join(bin, name), 0o755);
}

function majorOf(node: string): number {
  return Number(execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).split('.')[0]);
}
