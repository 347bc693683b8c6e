import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compile, type Evaluation, type EvaluationContext, evaluate } from '@burgee/evaluator';
import { flagd2 } from '@burgee/evaluator/flagd-2';
import { growthbook1 } from '@burgee/evaluator/growthbook-1';
import { regexEngine } from '@burgee/evaluator/regex';
import { unleash as unleashSemantics } from '@burgee/evaluator/unleash';
import { flagd, growthbook, type Importer, unleash } from '@burgee/importers';
import { eventually } from '@burgee/test/support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Served, serve } from './served.ts';

const cacheDir = mkdtempSync(path.join(tmpdir(), 'burgee-peers-'));
let served: Served;
beforeAll(async () => {
  served = await serve(cacheDir);
});
afterAll(async () => {
  await served.stop();
  rmSync(cacheDir, { recursive: true, force: true });
});

const textOf = (file: string) => readFileSync(path.join(import.meta.dirname, 'data', file), 'utf8');
const systems = [
  { name: 'unleash', importer: unleash, file: 'unleash.json', environment: 'production', sdk: 'unleash-client@6.12.1' },
  {
    name: 'growthbook',
    importer: growthbook,
    file: 'growthbook.json',
    environment: 'staging',
    sdk: '@growthbook/growthbook@1.8.0',
  },
  {
    name: 'flagd',
    importer: flagd,
    file: 'flagd.json',
    environment: 'development',
    sdk: '@openfeature/flagd-core@4.0.1',
  },
] as const;

test.each(systems)(
  'proves $name’s file against its own SDK, which npm installs once',
  async ({ name, file, sdk }) => {
    const args = ['import', name, file, '--dry-run', '--prove', '300', '--seed', '7'];
    const { code, out, err } = await served.burgee(...args);
    expect(out).toMatch(/beside Burgee: 0 differences in 300 contexts x \d+ flags/);
    expect([code, err]).toEqual([0, expect.stringMatching(/^Installing .* once …\n$/)]);
    expect(existsSync(path.join(cacheDir, 'peers', sdk, 'node_modules'))).toBe(true);
    const again = await served.burgee(...args);
    expect(again).toEqual({ code, out, err: '' });
  },
  120_000,
);

/** What the file's flags decide by themselves, without any server; chance is left out. */
function expectation(importer: Importer, text: string) {
  const { flags, segments, refused } = importer.read({ text });
  expect(refused).toEqual([]);
  let isRandom = false;
  const compiled = compile(
    {
      format: 1,
      environment: 'expected',
      version: '1',
      flags: Object.fromEntries(flags.map(({ flag }) => [flag.key, flag])),
      segments: Object.fromEntries(segments.map(({ segment }) => [segment.key, segment])),
    },
    {
      regex: regexEngine,
      semantics: [unleashSemantics, growthbook1, flagd2],
      random: () => {
        isRandom = true;
        return 0;
      },
    },
  );
  const decide = (key: string, context: EvaluationContext): Evaluation | undefined => {
    isRandom = false;
    const evaluation = evaluate(compiled, key, context, Date.now());
    return isRandom ? undefined : evaluation;
  };
  return { keys: flags.map(({ flag }) => flag.key), decide };
}

async function ofrep(key: string, context: EvaluationContext) {
  const response = await fetch(`${served.url}/ofrep/v1/evaluate/flags`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ context }),
  });
  const body = (await response.json()) as { flags?: { key: string }[] };
  return { status: response.status, flags: new Map(body.flags?.map((flag) => [flag.key, flag])) };
}

test.each(systems)(
  'imports $name’s file into $environment, where OFREP answers as it says',
  async (system) => {
    const { name, importer, file, environment } = system;
    const { code, out, err } = await served.burgee('import', name, file, '-e', environment, '--reason', 'moving');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(new RegExp(`Carried over into ${environment}: \\d+ new flags`));
    const { keys, decide } = expectation(importer, textOf(file));
    const key = await served.keyOf(environment);
    await eventually(async () => expect((await ofrep(key, {})).flags.has(keys[0] ?? '')).toBe(true));
    let compared = 0;
    for (const context of importer.contexts({ text: textOf(file) }, 40, 3)) {
      const { status, flags } = await ofrep(key, context);
      if (status !== 200) continue; // a targeting key that is no text never reaches a flag here
      for (const one of keys) {
        const expected = decide(one, context);
        if (expected === undefined) continue;
        compared += 1;
        const { value, variant = '', errorCode, metadata = {} } = expected;
        const wanted =
          errorCode === undefined ? { variant, metadata, ...(value !== undefined && { value }) } : { errorCode };
        expect({ context, ...flags.get(one) }).toMatchObject({ context, key: one, ...wanted });
      }
    }
    expect(compared).toBeGreaterThan(30 * (keys.length - 1));
  },
  120_000,
);

test('a second import clashes as a whole, and replaces with --update', { timeout: 120_000 }, async () => {
  const clash = await served.burgee('import', 'flagd', 'flagd.json', '-e', 'development');
  expect(clash.code).toBe(4);
  expect(clash.err).toContain('header-color: key: there is a flag header-color already');
  const dry = await served.burgee('import', 'flagd', 'flagd.json', '-e', 'development', '--dry-run');
  expect([dry.code, dry.err]).toEqual([1, expect.stringContaining('the server would refuse it')]);
  const args = ['import', 'flagd', 'flagd.json', '-e', 'staging', '--update', '--reason', 'staging too'];
  expect(await served.burgee(...args)).toMatchObject({ code: 0, out: expect.stringContaining('5 flags replaced') });
});

test('what came from flagd goes back as it came', { timeout: 120_000 }, async () => {
  const { code, out } = await served.burgee('export', '--as', 'flagd', '-e', 'development');
  const written = JSON.parse(out) as { flags: Record<string, object> };
  const { flags } = JSON.parse(textOf('flagd.json')) as { flags: Record<string, { variants: object }> };
  expect(written.flags).toHaveProperty('header-color');
  for (const [key, flag] of Object.entries(flags))
    expect(written.flags[key]).toMatchObject({ variants: flag.variants });
  expect([0, 1]).toContain(code);
});
