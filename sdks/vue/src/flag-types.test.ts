// @vitest-environment node
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const folder = join(dirname(fileURLToPath(import.meta.url)), '../type-tests');

test.each(['declared', 'undeclared'])('holds the types of %s flags at compile time', { timeout: 60_000 }, (name) => {
  expect(typeErrors(join(folder, `tsconfig.${name}.json`))).toBe('');
});

function typeErrors(config: string): string {
  try {
    return execFileSync(process.execPath, [tsc, '-p', config], { encoding: 'utf8' });
  } catch (error) {
    return String((error as { stdout: string }).stdout);
  }
}
