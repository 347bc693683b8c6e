/** Finds Node 24 and pnpm 12, and has `npm exec` bring what is missing. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runToEnd } from './child.mjs';

const leastNode = [24, 14, 1];
const leastPnpm = [12, 0, 0];

/** Resolves with the Node to run (`node`) and the search path on which `node` and `pnpm` are new enough (`path`). */
export async function findRuntime(root) {
  const own = { node: process.execPath, path: [path.dirname(process.execPath), process.env.PATH].join(path.delimiter) };
  if (fits(own)) return own;
  const cache = path.join(root, 'node_modules/.cache/burgee/runtime.json');
  const cached = existsSync(cache) ? readJson(cache) : undefined;
  if (cached && fits(cached)) return cached;
  const brought = (await bring(['node@24'])) ?? (await bring([platformPackage()]));
  if (!brought)
    throw new Error(
      `Node ${leastNode.join('.')} could not be brought by npm exec: install Node 24, and run the command again.`,
    );
  mkdirSync(path.dirname(cache), { recursive: true });
  writeFileSync(cache, JSON.stringify(brought));
  return brought;
}

/** Both packages, always: a pnpm that is there already costs nothing more, and the path holds for both. */
async function bring(packages) {
  const wanted = [...packages, 'pnpm@12.21.0'].map((name) => `--package=${name}`);
  const script = 'JSON.stringify([process.execPath, process.env.PATH])';
  const args = ['exec', '--yes', '--silent', ...wanted, '--', 'node', '-p', script];
  const npm = process.env.npm_execpath?.endsWith('npm-cli.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const answer = await runToEnd(npm[0], [...npm.slice(1), ...args], { cwd: os.tmpdir() });
  const [node, search] = JSON.parse(answer.trim().split('\n').at(-1) ?? 'null');
  const runtime = { node, path: [path.dirname(node), search].join(path.delimiter) };
  return fits(runtime) ? runtime : undefined;
}

/** The package that is the binary itself: for machines where npm runs no install scripts. */
function platformPackage() {
  const bin = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  return `${bin}-${platform}-${process.arch}@24`;
}

function fits({ node, path: search }) {
  const nodeVersion = node === process.execPath ? process.version : versionOf(node, search);
  return atLeast(nodeVersion, leastNode) && atLeast(versionOf('pnpm', search), leastPnpm);
}

/** Asked from the root of the file system, where no project's pin of another version is consulted. */
function versionOf(command, search) {
  const options = { cwd: path.parse(process.cwd()).root, env: { ...process.env, PATH: search }, encoding: 'utf8' };
  try {
    return execFileSync(command, ['--version'], {
      ...options,
      stdio: ['ignore', 'pipe', 'ignore'],
      shell: process.platform === 'win32',
    });
  } catch {
    return '';
  }
}

function atLeast(text, least) {
  const parts = /(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number);
  if (!parts) return false;
  const differing = least.findIndex((part, index) => parts[index] !== part);
  return differing === -1 || parts[differing] > least[differing];
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
