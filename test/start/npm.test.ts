import { rmSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '@burgee/test/support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, freePorts, newMark, openFolder, processesOf, startBurgee, untilRunning } from './burgee-process.ts';

const folder = openFolder('burgee-npm-');

beforeAll(build, 200_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(['SIGTERM', 'SIGKILL'] as const)(
  '%s to npm leaves no process',
  async (signal) => {
    const mark = newMark();
    const dataDir = path.join(folder, signal);
    const env = { ...mark, BURGEE_DATA_DIR: dataDir, PORT: String(await freePorts()) };
    const npm = startBurgee(env, ['npm', 'start']);
    await untilRunning(npm, dataDir);
    npm.child.kill(signal);
    await npm.ended;
    await eventually(() => expect(processesOf(mark.START_TEST_MARK, dataDir)).toEqual([]), { timeoutMs: 15_000 });
  },
  150_000,
);

test('a second npm start says that it runs already, before anything is built', async () => {
  const dataDir = path.join(folder, 'second');
  const env = { BURGEE_DATA_DIR: dataDir, PORT: String(await freePorts()) };
  const first = startBurgee(env, ['npm', 'start']);
  const running = await untilRunning(first, dataDir);
  const second = startBurgee(env, ['npm', 'start']);
  expect(await second.ended).toBe(0);
  expect(second.output()).toContain(`Burgee runs already: ${running.api} (process ${running.pids.supervisor};`);
  expect(second.output()).not.toContain('build');
  first.child.kill('SIGTERM');
  await first.ended;
}, 150_000);
