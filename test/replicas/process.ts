import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@burgee/test/support';
import { root } from '../support/paths.ts';

/** A `burgee-server` in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  signal(signal: NodeJS.Signals): void;
  /** Ends it without a word, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Builds what is not built; quick when everything is. */
export async function build(): Promise<void> {
  await promisify(execFile)(process.execPath, [path.join(root, 'tools/build.ts')], { cwd: root });
}

/** Starts a role on a free port; resolves when it listens. */
export async function startServer(
  role: 'api' | 'relay',
  settings: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  const { NODE_ENV: _, VITEST: __, ...inherited } = process.env;
  const env = {
    ...inherited,
    PORT: String(await freePort()),
    BURGEE_LOG_LEVEL: 'silent',
    BURGEE_DRAIN_MS: '0',
    ...settings,
  };
  const child = spawn(process.execPath, [path.join(root, 'services/standalone/dist/server.js'), role], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const url = await Promise.race([listening(child), endedBefore(child)]);
  return {
    url,
    pid: child.pid ?? 0,
    signal: (signal) => void child.kill(signal),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function listening(child: ChildProcess): Promise<string> {
  const [message] = (await once(child, 'message')) as [{ listening: string }];
  return message.listening;
}

async function endedBefore(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null];
  throw new Error(`burgee-server ended with ${code} before it listened`);
}
