import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { run } from './program.ts';

let folder: string;
let said: string[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'burgee-serve-'));
  said = [];
});

const burgee = (...argv: string[]) => {
  const say = (text: string) => said.push(text);
  return run(argv, {
    env: { PATH: '/usr/bin:/bin', COLOUR: 'blue' },
    cwd: path.join(folder, 'inside'),
    print: say,
    complain: say,
  });
};

function installServer(script: string): void {
  const programs = path.join(folder, 'node_modules/.bin');
  for (const made of [programs, path.join(folder, 'inside')]) mkdirSync(made, { recursive: true });
  writeFileSync(path.join(programs, 'burgee-server'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

test('starts the server that is installed above, in the role that is named, with the same variables', async () => {
  installServer(`echo "$1 $COLOUR" > ${folder}/started`);
  for (const role of ['all', 'api', 'worker', 'relay']) {
    expect(await burgee('serve', role)).toBe(0);
    expect(readFileSync(path.join(folder, 'started'), 'utf8')).toBe(`${role} blue\n`);
  }
  expect(await burgee('pull')).toBe(0);
  expect(readFileSync(path.join(folder, 'started'), 'utf8')).toBe('pull blue\n');
});

test('ends as the server ends', async () => {
  installServer('exit 78');
  expect(await burgee('serve', 'relay')).toBe(78);
  expect(said.join('\n')).toContain('burgee-server relay ended with 78');
});

test('says what to do where no server is installed, and which roles there are', async () => {
  expect(await burgee('serve', 'api')).toBe(2);
  expect(said.join('\n')).toContain('NO_SERVER: burgee-server is not installed here');
  expect(await burgee('serve', 'boss')).toBe(2);
  expect(said.join('\n')).toContain('all, api, worker, relay');
});
