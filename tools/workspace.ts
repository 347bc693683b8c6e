import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** One package of the workspace. */
export interface Package {
  readonly name: string;
  /** Folder, relative to the root, such as `sdks/client`. */
  readonly folder: string;
  /** What its script `build` says; absent: nothing to build. */
  readonly build: string | undefined;
  /** Names of the packages of this workspace that must be built before. */
  readonly needs: readonly string[];
}

export const root = path.dirname(import.meta.dirname);

/** All packages, each after those that it needs. */
export function readPackages(from = root): Package[] {
  const packages = globSync(['services/*/package.json', 'sdks/*/package.json', 'examples/shop/*/package.json'], {
    cwd: from,
  })
    .sort()
    .map((file) => readPackage(from, file));
  return inOrder(packages.filter(({ folder }) => !folder.includes('node_modules')));
}

function readPackage(from: string, file: string): Package {
  const manifest = JSON.parse(readFileSync(path.join(from, file), 'utf8')) as Manifest;
  const dependencies = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.devDependencies };
  const needs = Object.keys(dependencies).filter((name) => dependencies[name]?.startsWith('workspace:'));
  return { name: manifest.name, folder: path.dirname(file), build: manifest.scripts?.build, needs };
}

interface Manifest {
  readonly name: string;
  readonly scripts?: Record<string, string>;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
}

function inOrder(packages: readonly Package[]): Package[] {
  const ordered = new Set<Package>();
  const place = (one: Package, above: readonly string[]): void => {
    if (above.includes(one.name)) throw new Error(`Packages need each other: ${[...above, one.name].join(' → ')}`);
    for (const other of packages) if (one.needs.includes(other.name)) place(other, [...above, one.name]);
    ordered.add(one);
  };
  for (const one of packages) place(one, []);
  return [...ordered];
}
