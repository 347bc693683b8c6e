import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Importer, unleash } from '@burgee/importers';
import { afterAll, expect, test } from 'vitest';
import { sentenceOf } from './import-report.ts';
import { peerSdks } from './peer-sdk.ts';
import { prove } from './prove.ts';
import type { Shell } from './shell.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'burgee-prove-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A cache that has an SDK already. */
function cacheWith(name: string, fill: (modules: string) => void): Shell {
  const cache = path.join(folder, name);
  const { name: sdk, version } = peerSdks.unleash;
  const modules = path.join(cache, 'peers', `${sdk}@${version}`, 'node_modules');
  mkdirSync(modules, { recursive: true });
  fill(modules);
  return shellFor(cache);
}

function shellFor(cache: string): Shell {
  return { env: { BURGEE_CACHE_DIR: cache }, cwd: folder, print: () => undefined, complain: () => undefined };
}

const installed = realpathSync(path.resolve(import.meta.dirname, '../../../test/node_modules/unleash-client'));
const real = cacheWith('real', (modules) => symlinkSync(installed, path.join(modules, 'unleash-client'), 'dir'));
const fake = (name: string, source: string): Shell =>
  cacheWith(name, (modules) => {
    mkdirSync(path.join(modules, 'unleash-client'));
    writeFileSync(path.join(modules, 'unleash-client/package.json'), '{"main":"index.js"}');
    writeFileSync(path.join(modules, 'unleash-client/index.js'), source);
  });

const strategy = (rollout: string, stickiness: string) => ({
  name: 'flexibleRollout',
  parameters: { rollout, stickiness, groupId: 'half' },
});
const text = JSON.stringify({
  features: [
    { name: 'half', enabled: true, strategies: [strategy('50', 'userId')] },
    { name: 'dice', enabled: true, strategies: [strategy('50', 'random')] },
  ],
});
const wanted = { importer: unleash, input: { text }, count: 60, seed: 1 } as const;

test('finds no difference where there is none, and compares nothing that chance decides', async () => {
  const proof = await prove(real, wanted);
  expect(proof).toMatchObject({ contexts: 60, flags: 2, random: 60, known: {}, differing: 0, differences: [] });
});

test('compares long payloads, variants without one, the lack of a variant, and dates', async () => {
  const on = { name: 'default', parameters: {} };
  const variants = [
    { name: 'plain', weight: 1, stickiness: 'userId' },
    { name: 'paid', weight: 1, payload: { type: 'string', value: 'p' } },
    { name: 'long', weight: 1, payload: { type: 'json', value: JSON.stringify({ page: 'é'.repeat(600) }) } },
  ];
  const features = [
    { name: 'mixed', enabled: true, strategies: [on], variants },
    {
      name: 'parent',
      enabled: true,
      strategies: [
        { ...on, constraints: [{ contextName: 'country', operator: 'IN', values: ['NO'] }], variants: [] },
        { ...strategy('100', 'default'), variants },
      ],
    },
    { name: 'child', enabled: true, strategies: [on], dependencies: [{ feature: 'parent', variants: ['disabled'] }] },
    {
      name: 'dated',
      enabled: true,
      strategies: [
        { ...on, constraints: [{ contextName: 'currentTime', operator: 'DATE_AFTER', value: '2022-01-29T13:00:00Z' }] },
      ],
    },
  ];
  const proof = await prove(real, { ...wanted, input: { text: JSON.stringify({ features }) }, count: 300 });
  expect(proof).toMatchObject({ flags: 6, differing: 0, differences: [] });
  expect(proof.random).toBeLessThan(1000);
});

test('finds what decides otherwise, and shows for whom', async () => {
  /** Forgets by what a rollout is seeded. */
  const wrong: Importer = {
    ...unleash,
    read: (input) => JSON.parse(JSON.stringify(unleash.read(input)).replaceAll('"seed":"half"', '"seed":"other"')),
  };
  const proof = await prove(real, { ...wanted, importer: wrong });
  expect(proof.differing).toBeGreaterThan(5);
  expect(proof.differences).toHaveLength(proof.differing);
  const [first] = proof.differences;
  expect(first).toMatchObject({ flag: 'half', theirs: { value: expect.any(Boolean) } });
  expect(first?.ours.value).toBe(!first?.theirs.value);
  const said = sentenceOf(proof, unleash.read({ text }));
  expect(said).toContain(`${proof.differing} differences in 60 contexts x 2 flags`);
  expect(said).toMatch(/half for \{.*\}\n {4}unleash-client: (true|false)\n {4}Burgee: (true|false)/);
  expect(said).toContain('This SDK decides as unleash-node');
});

test('gives the SDK no network, no secret and a clock that stands still', async () => {
  const shell = fake(
    'curious',
    `const net = require('node:net');
     exports.Unleash = class {
       constructor() {
         const said = [Date.now() === new Date().getTime(), Object.keys(process.env).filter((name) => name !== 'PATH').join()];
         try { net.connect(80, '127.0.0.1'); } catch (error) { said.push(error.message); }
         throw new Error(said.join(' / '));
       }
     };`,
  );
  process.env.BURGEE_TOKEN = 'bgp_secret';
  await expect(prove(shell, wanted)).rejects.toThrow(/decide: true \/ +\/ a proof has no network$/);
  delete process.env.BURGEE_TOKEN;
});

test('says so when the SDK ends', async () => {
  await expect(prove(fake('ending', 'process.exit(1)'), wanted)).rejects.toThrow('its process ended');
});

test('says so when npm cannot bring the SDK, and leaves nothing behind', async () => {
  const { PATH } = process.env;
  process.env.PATH = folder;
  const refusal = await prove(shellFor(path.join(folder, 'empty')), wanted).catch((error: unknown) => error);
  process.env.PATH = PATH;
  expect(refusal).toMatchObject({
    code: 'NO_PEER',
    exitCode: 3,
    message: expect.stringContaining('unleash-client 6.12.1 could not be installed'),
  });
  expect(readdirSync(path.join(folder, 'empty/peers'))).toEqual([]);
});
