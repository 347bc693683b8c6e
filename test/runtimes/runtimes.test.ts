import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker as Thread } from 'node:worker_threads';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromium } from '../support/browser.ts';
import { decideSpec, type Spec } from './spec.ts';

const folder = new URL('../../spec/', import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, folder), 'utf8'));
const spec: Spec = {
  decisions: readdirSync(new URL('decisions/', folder)).map((file) => read(`decisions/${file}`)),
  buckets: read('bucketing.json').buckets,
};
interface Decides {
  readonly decideSpec: typeof decideSpec;
}

const browser: Browser | undefined = await chromium();
const inNode = plain(decideSpec(spec));
let page: Page;
let bundle: string;

beforeAll(async () => {
  if (browser === undefined) return;
  bundle = await bundled(new URL('./browser.ts', import.meta.url));
  page = await browser.newPage();
  await page.addScriptTag({ content: bundle });
});
afterAll(() => browser?.close());

test('Node decides as the vectors say', () => {
  const answers = inNode.slice(0, -1) as [Record<string, unknown>][][];
  for (const [file, { cases }] of spec.decisions.entries()) {
    for (const [at, { expected }] of cases.entries()) {
      const { flagKey, errorMessage, ...answer } = answers[file]?.[at]?.[0] ?? {};
      expect(answer).toEqual(expected);
    }
  }
  expect(inNode.at(-1)).toEqual(spec.buckets.map(() => [false, true]));
});

test('a worker thread of Node decides the same', async () => {
  const worker = new Thread(new URL('./node-worker.ts', import.meta.url), {
    workerData: spec,
    execArgv: ['--conditions=@burgee/source'],
  });
  const answers = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  expect(plain(answers)).toEqual(inNode);
});

test.skipIf(browser === undefined)('a page in Chromium decides the same', async () => {
  expect(plain(await page.evaluate((given) => (globalThis as unknown as Decides).decideSpec(given), spec))).toEqual(
    inNode,
  );
});

test.skipIf(browser === undefined)('a worker in Chromium decides the same', async () => {
  const answers = await page.evaluate(
    ([code, given]) =>
      new Promise((resolve, reject) => {
        const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
        worker.postMessage(given);
      }),
    [bundle, spec] as const,
  );
  expect(plain(answers)).toEqual(inNode);
});

/** The evaluator as an application's build makes it: one script, of the sources. */
async function bundled(entry: URL): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@burgee/source', 'module', 'browser', 'import', 'default'] },
    build: { write: false, lib: { entry: fileURLToPath(entry), formats: ['iife'], name: 'spec' } },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (output === undefined || !('output' in output)) throw new Error('nothing was built');
  return output.output[0].code;
}

/** As it crosses from one runtime to another. */
function plain(answers: unknown): unknown[] {
  return JSON.parse(JSON.stringify(answers));
}
