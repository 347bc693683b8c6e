/**
 * From a machine with only Node 20 and npm to a running Burgee. No dependencies; everything after the installation is
 * ordinary TypeScript on Node 24. The long-lived processes never run below `npm exec` or `pnpm run`: those die without them.
 */
import { existsSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runToEnd, superviseChild } from './child.mjs';
import { findRuntime } from './runtime.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const commands = ['start', 'test', 'check', 'build', 'cli', 'screenshots'];

export async function main(argv) {
  const [command, ...rest] = argv;
  if (!commands.includes(command)) return leave(`Usage: node tools/burgee.mjs ${commands.join('|')}`, 2);
  try {
    if (command === 'start' && (await runsAlready())) return;
    const runtime = await phase('Node and pnpm', () => findRuntime(root));
    await phase('packages', () => install(runtime));
    process.exitCode = await run[command](runtime, rest);
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
  if (command === 'test' && process.exitCode !== 0 && !tallied) writeSync(1, '\n0 passed, 1 failed\n');
}

let tallied = false;

const run = {
  async start(runtime) {
    await phase('build', () => build(runtime));
    return superviseChild(runtime, [path.join(root, 'services/standalone/dist/start.js')], { cwd: root });
  },
  async test(runtime, rest) {
    if (rest.length === 0) await phase('build', () => build(runtime));
    const onMessage = (message) => {
      tallied ||= message?.tally !== undefined;
    };
    const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
    return superviseChild(runtime, [vitest, 'run', ...rest], { cwd: root, onMessage });
  },
  check: (runtime, rest) => superviseChild(runtime, [path.join(root, 'tools/check.ts'), ...rest], { cwd: root }),
  build: (runtime, rest) => superviseChild(runtime, [path.join(root, 'tools/build.ts'), ...rest], { cwd: root }),
  screenshots: (runtime) => superviseChild(runtime, [path.join(root, 'test/screenshots.ts')], { cwd: root }),
  async cli(runtime, rest) {
    await build(runtime);
    return superviseChild(runtime, [path.join(root, 'sdks/cli/bin/burgee.js'), ...rest], { cwd: root });
  },
};

/** The second `npm start` must not build under the first one's feet, so it is answered before anything else happens. */
async function runsAlready() {
  const file = path.resolve(root, process.env.BURGEE_DATA_DIR || '.burgee', 'running.json');
  if (!existsSync(file)) return false;
  try {
    const running = JSON.parse(readFileSync(file, 'utf8'));
    process.kill(running.pids.supervisor, 0);
    const answer = await fetch(`${running.api}/livez`, { signal: AbortSignal.timeout(2000) });
    if (!answer.ok) return false;
    console.log(`Burgee runs already: ${running.api} (process ${running.pids.supervisor}; ${file} says the rest).`);
    return true;
  } catch {
    return false; // whatever is left of it, the supervisor clears away
  }
}

function install(runtime) {
  const pnpm = process.platform === 'win32' ? 'pnpm.cmd' : 'pnpm';
  const args = ['install', '--frozen-lockfile', '--reporter=append-only'];
  return runToEnd(pnpm, args, { cwd: root, env: { ...process.env, PATH: runtime.path, CI: 'true' } });
}

function build(runtime) {
  return runToEnd(runtime.node, [path.join(root, 'tools/build.ts')], {
    cwd: root,
    env: { ...process.env, PATH: runtime.path },
  });
}

async function phase(name, work) {
  const quiet = process.argv[2] === 'cli' || process.argv[2] === 'build';
  const started = Date.now();
  if (!quiet) process.stdout.write(`  ${name.padEnd(16)}`);
  const result = await work().catch((error) => {
    if (!quiet) process.stdout.write('failed\n');
    throw error;
  });
  if (!quiet) process.stdout.write(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s\n`);
  return result;
}

function leave(sentence, code) {
  console.error(sentence);
  process.exitCode = code;
}
