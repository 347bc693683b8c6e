/** Builds what has changed: a package is built again when a byte of it, of what it needs or of the settings differs. */
import { spawn } from 'node:child_process';
import { createHash, type Hash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { underLock } from './lock.ts';
import { type Package, readPackages, root } from './workspace.ts';

const folder = path.join(root, 'node_modules/.cache/burgee');
const stampFile = path.join(folder, 'build.json');
const atOnce = 2;
const notSources = new Set(['node_modules', 'dist', '.vite', 'coverage']);

mkdirSync(folder, { recursive: true });
try {
  await underLock(path.join(folder, 'build.lock'), () => build(readPackages()));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function build(packages: readonly Package[]): Promise<void> {
  const stamps = readStamps();
  const hashes = hashAll(packages);
  const done = new Map<string, Promise<void>>();
  const free = limit(atOnce);
  for (const one of packages) {
    const before = one.needs.map((name) => done.get(name));
    const work = Promise.all(before).then(async () => {
      if (one.build === undefined || isBuilt(one, stamps[one.name] === hashes.get(one.name))) return;
      await free(() => buildOne(one, one.build ?? ''));
      stamps[one.name] = hashes.get(one.name) ?? '';
      writeFileSync(stampFile, JSON.stringify(stamps, null, 2));
    });
    done.set(one.name, work);
  }
  const failed = (await Promise.allSettled(done.values())).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

function isBuilt(one: Package, same: boolean): boolean {
  return same && existsSync(path.join(root, one.folder, 'dist'));
}

async function buildOne(one: Package, command: string): Promise<void> {
  const [program = '', ...args] = command.split(' ');
  const cwd = path.join(root, one.folder);
  const binary = [cwd, root].map((at) => path.join(at, 'node_modules/.bin', program)).find((file) => existsSync(file));
  if (binary === undefined) throw new Error(`${one.name}: there is no ${program}; is everything installed?`);
  rmSync(path.join(cwd, 'dist'), { recursive: true, force: true });
  const started = Date.now();
  const { code, output } = await run(binary, args, cwd);
  if (code !== 0) throw new Error(`${output.trim()}\n\n${one.name} does not build (${command}).`);
  console.log(`${one.name} built in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function run(command: string, args: readonly string[], cwd: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: buildEnvironment() });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** A build is the same whoever asks for it, a test runner too. */
function buildEnvironment(): NodeJS.ProcessEnv {
  const { NODE_ENV: _, VITEST: __, ...rest } = process.env;
  return { ...rest, PATH: [path.dirname(process.execPath), process.env.PATH].join(path.delimiter) };
}

function hashAll(packages: readonly Package[]): Map<string, string> {
  const settings = ['tsconfig.base.json', 'pnpm-lock.yaml'].map((file) => readFileSync(path.join(root, file), 'utf8'));
  const hashes = new Map<string, string>();
  for (const one of packages) {
    const hash = createHash('sha256').update(settings.join('\0'));
    for (const name of one.needs) hash.update(hashes.get(name) ?? '');
    hashFolder(hash, path.join(root, one.folder));
    hashes.set(one.name, hash.digest('hex'));
  }
  return hashes;
}

function hashFolder(hash: Hash, at: string): void {
  const entries = readdirSync(at, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (notSources.has(entry.name) || entry.name.endsWith('.test.ts')) continue;
    const file = path.join(at, entry.name);
    if (entry.isDirectory()) hashFolder(hash, file);
    else if (entry.isFile())
      hash.update(path.relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  }
}

function readStamps(): Record<string, string> {
  return existsSync(stampFile) ? (JSON.parse(readFileSync(stampFile, 'utf8')) as Record<string, string>) : {};
}

function limit(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
}
