import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const mayTakeLong = process.env.BURGEE_TEST_CLIENTS === 'all';

/** What a program wrote and how it ended. */
export interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** A folder of sources beside this file, and how they are built in a copy outside the repository. */
export interface Program {
  /** Folder below test/clients. */
  readonly folder: string;
  /** Programs without which there is nothing to do. */
  readonly needs: readonly string[];
  /** Run in the copy, in order. */
  readonly build: readonly (readonly string[])[];
  /** Takes minutes: only where somebody asks for it, or in CI. */
  readonly isLong?: boolean;
}

const here = dirname(fileURLToPath(import.meta.url));
const caches = process.env.BURGEE_TEST_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'burgee');

/**
 * Builds a program once for these sources; the next run finds it built.
 *
 * @returns  the folder in which it was built; undefined, after one loud line: skip
 */
export async function built({ folder, needs, build, isLong = false }: Program): Promise<string | undefined> {
  const missing = await firstMissing(needs);
  if (missing !== undefined) return skip(folder, `${missing} is not on this machine`);
  const target = join(caches, 'clients', `${folder}-${await contentHash(join(here, folder), build)}`);
  if (existsSync(target)) return target;
  if (isLong && !mayTakeLong) return skip(folder, 'not built yet; `pnpm test:clients` builds it');
  const started = Date.now();
  const growing = `${target}.${process.pid}`;
  await mkdir(growing, { recursive: true });
  await cp(join(here, folder), growing, { recursive: true });
  for (const command of build) {
    const { code, output, errors } = await run(command, { cwd: growing, withinMs: buildWithinMs });
    if (code === 0) continue;
    await rm(growing, { recursive: true, force: true });
    const said = `${output}\n${errors}`;
    if (isOffline.test(said)) return skip(folder, 'its registry does not answer');
    throw new Error(`${command.join(' ')} ended with ${code}:\n${said.slice(-4000)}`);
  }
  await rename(growing, target).catch(() => rm(growing, { recursive: true, force: true })); // another run was faster
  process.stderr.write(`\nBUILT: ${folder} in ${((Date.now() - started) / 1000).toFixed(0)} s\n`);
  return target;
}

/** Runs a program to its end. */
export function run(
  [command = '', ...args]: readonly string[],
  { cwd, env = {}, withinMs }: { cwd?: string; env?: Record<string, string>; withinMs: number },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: withinMs,
    });
    let [output, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, output, errors }));
  });
}

const buildWithinMs = 900_000;

/** What pip, go, cargo and mvn say when nobody is at the other end. */
const isOffline =
  /Temporary failure in name resolution|Failed to establish a new connection|NewConnectionError|no such host|i\/o timeout|connection refused|Could not resolve host|spurious network error|Unknown host|Network is unreachable|Could not transfer artifact/i;

async function firstMissing(needs: readonly string[]): Promise<string | undefined> {
  for (const need of needs) {
    const { code } = await run(['sh', '-c', `command -v ${need}`], { withinMs: 5000 });
    if (code !== 0) return need;
  }
  return undefined;
}

function skip(folder: string, why: string): undefined {
  process.stderr.write(`\nSKIPPED: ${folder}: ${why}.\n\n`);
  return undefined;
}

async function contentHash(folder: string, build: unknown): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(build));
  for (const file of (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()) {
    hash.update(file.slice(folder.length)).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 12);
}
