import { existsSync, globSync, rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { root } from '../workspace.ts';
import { run } from './run.ts';

/** One wrong import. */
export interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

/** What dependency-cruiser saw in a tree. */
export interface Cruise {
  readonly violations: readonly Violation[];
  /** Files of the tree itself that it has read. */
  readonly modules: readonly string[];
}

/** Checks the directions of all imports, and that every source file was looked at; a text when something is wrong. */
export async function checkImports(tree: string): Promise<string | undefined> {
  const { violations, modules } = await cruise(tree);
  const seen = new Set(modules);
  const unseen = sourcesOf(tree).filter((file) => !seen.has(file));
  const lines = violations.map(({ rule, from, to }) => `${rule}:\n    ${from} → ${to}`);
  if (unseen.length > 0) lines.push(`${unseen.length} files were not looked at:\n    ${unseen.join('\n    ')}`);
  if (modules.length === 0) lines.push('not one module was looked at');
  return lines.length === 0 ? undefined : lines.join('\n');
}

/** Reads all modules of a tree under the rules of this repository. */
export async function cruise(tree: string): Promise<Cruise> {
  const folders = places.filter((folder) => existsSync(path.join(tree, folder)));
  const folder = await mkdtemp(path.join(os.tmpdir(), 'burgee-imports-'));
  const file = path.join(folder, 'cruise.json');
  try {
    const rules = path.join(root, '.dependency-cruiser.cjs');
    const args = ['--config', rules, '--output-type', 'json', '--output-to', file, ...folders];
    const { output } = await run(path.join(root, 'node_modules/.bin/depcruise'), args, tree);
    if (!existsSync(file)) throw new Error(output);
    return read(JSON.parse(await readFile(file, 'utf8')) as CruiseResult);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const places = ['services', 'sdks', 'examples', 'test', 'tools'];
const notSources = ['node_modules', 'dist', '.vite', 'coverage', 'data'];

interface CruiseResult {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

function read({ modules, summary }: CruiseResult): Cruise {
  return {
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
    modules: modules.map(({ source }) => source).filter((source) => places.includes(source.split('/')[0] ?? '')),
  };
}

function sourcesOf(tree: string): string[] {
  return globSync(
    places.map((folder) => `${folder}/**/*.{ts,vue}`),
    {
      cwd: tree,
      exclude: (name) => notSources.includes(path.basename(String(name))),
    },
  ).filter((file) => !file.endsWith('.d.ts'));
}
