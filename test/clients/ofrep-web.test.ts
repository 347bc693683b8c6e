import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromium } from '../support/browser.ts';
import { expectedOf, type Question, questions } from './questions.ts';
import { patiently, type Served, serve } from './served.ts';
import type { OfrepPage } from './web-page.ts';

interface InPage {
  readonly ofrep: OfrepPage;
}

const browser = await chromium();

describe.skipIf(browser === undefined)('the official web provider in Chromium', () => {
  let served: Served;
  let shop: Server;
  let page: Page;
  beforeAll(async () => {
    served = await serve();
    shop = await shopWith(await bundled());
    page = await open();
    expect(await start(page, served.keys.client)).toBeUndefined();
  });
  afterAll(async () => {
    await browser?.close();
    shop.close();
    await served.stop();
  });

  /** A page of another origin than Burgee's. */
  async function open(): Promise<Page> {
    if (browser === undefined) throw new Error('there is no browser');
    const opened = await browser.newPage();
    await opened.goto(`http://127.0.0.1:${(shop.address() as AddressInfo).port}/`);
    return opened;
  }

  const start = (where: Page, key: string) =>
    where.evaluate(
      ([url = '', text = '']) => (globalThis as unknown as InPage).ofrep.start(url, text),
      [served.url, key],
    );
  const ask = (question: Partial<Question>) =>
    page.evaluate((asked) => (globalThis as unknown as InPage).ofrep.ask(asked as Question), question);
  const changes = () => page.evaluate(() => (globalThis as unknown as InPage).ofrep.changes);

  test.each(questions)('is answered about $ask', async (question) => {
    expect(await ask({ context: {}, ...question })).toMatchObject(expectedOf(question, 'web'));
  });

  test('is nudged by the stream, asks again by itself and tells which flags changed', async () => {
    const seen = (await changes()).length;
    await served.set('checkout', { enabled: false });
    await expect.poll(async () => (await changes()).slice(seen).flat(), patiently).toContain('checkout');
    expect(await ask({ flag: 'checkout', type: 'boolean', default: true })).toMatchObject({
      value: false,
      variant: 'off',
    });
    await served.set('checkout', { enabled: true });
    const checkout = { flag: 'checkout', type: 'boolean', default: false } as const;
    await expect.poll(() => ask(checkout), patiently).toMatchObject({ value: true, variant: 'on' });
  });

  test('does not start with a key that is unknown', async () => {
    const other = await open();
    expect(await start(other, `${served.keys.client.slice(0, -1)}~`)).toMatch(/Initialization failed/);
    await other.close();
  });
});

function shopWith(script: string): Promise<Server> {
  const html = `<!doctype html><script>${script.replaceAll('</script', '<\\/script')}</script>`;
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

async function bundled(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      minify: false,
      lib: { entry: fileURLToPath(new URL('./web-page.ts', import.meta.url)), formats: ['iife'], name: 'page' },
    },
  });
  const [output] = [built].flat() as { output: { code?: string }[] }[];
  return output?.output[0]?.code ?? '';
}
