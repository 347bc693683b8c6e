/** `pnpm check`: formatting and lint, types, import directions, unused code, sizes; the cheap ones first, all of them always. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { checkImports } from './check/imports.ts';
import { run } from './check/run.ts';
import { readPackages, root } from './workspace.ts';

type Check = readonly [name: string, work: () => Promise<string | undefined>];

const checks: Check[] = [
  ['biome', () => program('biome', ['check', '--reporter=summary'])],
  ['imports', () => checkImports(root)],
  ...typeChecks(),
  ['unused code', () => program('knip', ['--no-progress'])],
  ['sizes', () => program('size-limit', [])],
];

let failed = 0;
for (const [name, work] of checks) {
  const startedAt = performance.now();
  process.stdout.write(`  ${name.padEnd(28)}`);
  const trouble = await work();
  process.stdout.write(
    `${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s${trouble ? '  FAILED' : ''}\n`,
  );
  if (trouble === undefined) continue;
  failed += 1;
  console.log(`\n${trouble.trim()}\n`);
}
console.log(`\n${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Each package by its own compiler: those with single-file components need Vue's. */
function typeChecks(): Check[] {
  const folders = [...readPackages().map(({ folder }) => folder), 'bench', 'test', 'tools'];
  return folders
    .filter((folder) => existsSync(path.join(root, folder, 'tsconfig.json')))
    .map((folder) => {
      const compiler = existsSync(path.join(root, folder, 'node_modules/.bin/vue-tsc')) ? 'vue-tsc' : 'tsc';
      return [`types ${folder}`, () => program(compiler, ['--noEmit', '-p', 'tsconfig.json'], folder)];
    });
}

/** Runs a program of the workspace; what it wrote, when it is not content. */
async function program(name: string, args: readonly string[], folder = '.'): Promise<string | undefined> {
  const cwd = path.join(root, folder);
  const binary = [cwd, root].map((at) => path.join(at, 'node_modules/.bin', name)).find((file) => existsSync(file));
  const { code, output } = await run(binary ?? name, args, cwd);
  return code === 0 ? undefined : output;
}
