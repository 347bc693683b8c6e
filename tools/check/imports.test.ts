import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cruise, checkImports, cruise } from './imports.ts';

/** A small tree with one wrong import a line: file, what it imports, the rule that must say so. */
const planted = [
  ['sdks/evaluator/src/bucket.ts', 'node:crypto', 'the evaluator never touches Node'],
  ['sdks/evaluator/src/match.ts', './regex.ts', 'the evaluator’s own entries are not part of its main entry'],
  ['sdks/evaluator/src/operators.ts', 're2js', 'the evaluator’s main entry imports nothing but itself'],
  ['sdks/evaluator/src/segment.ts', '@burgee/client', 'the evaluator imports no other package of the workspace'],
  ['sdks/client/src/client.ts', 'vue', 'client and importers know no framework'],
  ['sdks/client/src/poll.ts', 'node:fs', 'the browser’s client never touches Node'],
  ['sdks/client/src/stream.ts', '@burgee/vue', 'the client imports only the evaluator'],
  ['sdks/importers/src/unleash.ts', 'node:http', 'importers use no network'],
  ['sdks/importers/src/flagd.ts', '@burgee/client', 'importers import only the evaluator'],
  ['sdks/vue/src/use-flag.ts', '@burgee/nest', 'vue imports only the client'],
  ['sdks/vue/src/plugin.ts', 'node:path', 'vue never touches Node'],
  ['sdks/vue/src/store.ts', '@nestjs/common', 'vue knows no Nest'],
  ['sdks/nest/src/guard.ts', '@burgee/vue', 'nest imports only the client'],
  ['sdks/nest/src/module.ts', 'vue', 'nest knows no Vue'],
  ['sdks/migrations/src/runner.ts', '@burgee/evaluator', 'migrations import no other package of the workspace'],
  ['sdks/migrations/src/logins.ts', '@nestjs/common', 'migrations know no framework'],
  [
    'sdks/cli/src/stale.ts',
    '@burgee/api',
    'the cli imports client, evaluator, importers and migrations, never a service',
  ],
  [
    'services/api/src/main.ts',
    '@burgee/vue',
    'the api imports evaluator, client and migrations, no other SDK and no other service',
  ],
  [
    'services/api/src/stale/report.ts',
    '../flags/flags.sql.ts',
    'features of the api meet only at ruleset/, access/ and traffic/',
  ],
  ['services/api/src/flags/outcome.ts', '@nestjs/common', 'a core file of the api imports only core and the evaluator'],
  ['services/api/src/flags/flags.resolver.ts', 'pg', 'only .sql and .listener files and main open Postgres'],
  [
    'services/admin/src/main.ts',
    '@burgee/api',
    'the admin imports the vue SDK, the evaluator and importers, never the api',
  ],
  ['services/admin/src/router.ts', 'node:fs', 'the admin never touches Node'],
  ['services/admin/src/query.ts', 'pg', 'the admin knows no Nest and no Postgres'],
  [
    'services/standalone/src/server.ts',
    '../../api/src/main.ts',
    'standalone imports the public entries of api, admin and migrations, never their insides',
  ],
  ['examples/shop/api/src/main.ts', '@burgee/api', 'examples import only SDKs'],
  [
    'test/path/path.test.ts',
    '../../sdks/evaluator/src/bucket.ts',
    'tests of the whole import public entries, never the inside of a package',
  ],
  ['sdks/client/src/value.ts', 'vitest', 'only tests import what is for tests'],
  ['sdks/client/src/errors.ts', './nothing.ts', 'every import resolves to something installed'],
] as const;

const right = [
  ['sdks/client/src/index.ts', '@burgee/evaluator'],
  ['services/standalone/src/start.ts', '@burgee/api'],
  ['services/api/src/flags/flags.sql.ts', 'pg'],
  ['sdks/vue/src/index.ts', 'vue'],
] as const;

let tree: string;
let seen: Cruise;

beforeAll(async () => {
  tree = mkdtempSync(path.join(os.tmpdir(), 'burgee-planted-'));
  for (const folder of ['evaluator', 'client', 'importers', 'vue', 'nest', 'migrations', 'cli'])
    addPackage(`sdks/${folder}`);
  for (const folder of ['api', 'admin', 'standalone']) addPackage(`services/${folder}`);
  for (const name of ['vue', 'pg', 're2js', 'vitest', '@nestjs/common']) addDependency(name);
  write('tsconfig.base.json', '{}');
  write('sdks/evaluator/src/regex.ts', 'export const regexEngine = 1;\n');
  write('services/api/src/main.ts', '');
  for (const [file, target] of [...planted, ...right]) write(file, `import '${target}';\n`);
  seen = await cruise(tree);
}, 60_000);

afterAll(() => rmSync(tree, { recursive: true, force: true }));

test.each(planted)('%s may not import %s: %s', (file, _target, rule) => {
  expect(seen.violations.filter(({ from }) => from === file).map((violation) => violation.rule)).toContain(rule);
});

test.each(right)('%s may import %s', (file) => {
  expect(seen.violations.filter(({ from }) => from === file)).toEqual([]);
});

test('looks at every file', () => {
  expect(seen.modules).toEqual(expect.arrayContaining([...planted, ...right].map(([file]) => file)));
});

test('tells people the rule and both files', async () => {
  expect(await checkImports(tree)).toContain(
    'vue knows no Nest:\n    sdks/vue/src/store.ts → node_modules/@nestjs/common',
  );
});

function addPackage(folder: string): void {
  const name = `@burgee/${path.basename(folder)}`;
  const exports = { '.': { '@burgee/source': './src/index.ts' } };
  write(`${folder}/package.json`, JSON.stringify({ name, type: 'module', exports }));
  write(`${folder}/src/index.ts`, 'export const entry = 1;\n');
  const link = path.join(tree, 'node_modules', name);
  mkdirSync(path.dirname(link), { recursive: true });
  symlinkSync(path.join(tree, folder), link);
}

function addDependency(name: string): void {
  write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
  write(`node_modules/${name}/index.js`, '');
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
  writeFileSync(path.join(tree, file), text);
}
