import { execFile, spawn } from 'node:child_process';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { FeatureSet } from './generate.ts';

/** Specification 0.12. */
const PACKAGE = 'growthbook==4.0.0';
const INSTALL_TIMEOUT_MS = 240_000;

export interface PythonPeer {
  /** For each context the decision about each feature. */
  decide(set: FeatureSet): Promise<readonly Readonly<Record<string, Readonly<Record<string, unknown>>>>[]>;
  stop(): void;
}

/** Installs GrowthBook's Python SDK once, outside the repository, and starts it; a text says why it can not be had. */
export async function startPythonPeer(): Promise<PythonPeer | string> {
  try {
    return speak(await install());
  } catch (error) {
    return String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? 'unknown';
  }
}

async function install(): Promise<string> {
  const run = promisify(execFile);
  const caches = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'burgee');
  const folder = join(caches, `growthbook-python-${PACKAGE.split('==')[1]}`);
  const python = join(folder, 'bin', 'python3');
  const ready = join(folder, 'ready');
  if (
    await access(ready).then(
      () => true,
      () => false,
    )
  )
    return python;
  await mkdir(caches, { recursive: true });
  await rm(folder, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', folder], { timeout: INSTALL_TIMEOUT_MS });
  await run(python, ['-m', 'pip', 'install', '--quiet', PACKAGE], { timeout: INSTALL_TIMEOUT_MS });
  await mkdir(`${ready}.part`);
  await rename(`${ready}.part`, ready);
  return python;
}

function speak(python: string): PythonPeer {
  const child = spawn(python, [join(import.meta.dirname, 'peer.py')], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    decide: async (set) => {
      child.stdin.write(`${JSON.stringify(set)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('the Python SDK ended');
      return JSON.parse(value);
    },
    stop: () => child.kill(),
  };
}
