import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromium } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { byGraphql, byHasuraLogin, byOwner, inAdmin, signIn, watched } from './doors.ts';
import { type Product, startProduct } from './product.ts';
import { reachesWithin, type Watch, watchShop } from './watch.ts';

const browser = (await chromium()) as Browser; // undefined only where the whole is skipped

describe.skipIf(browser === undefined)('a change', () => {
  let product: Product;
  let admin: Page;
  let watch: Watch;

  beforeAll(async () => {
    product = await startProduct();
    admin = await signIn(browser, product);
    watch = await watchShop(product, browser);
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  });

  it('made in the admin reaches useFlag and @RequireFlag, and leaves one audit entry', () =>
    watch.expectDoorReaches(inAdmin(admin)));

  it('made by GraphQL with an access token reaches them', () => watch.expectDoorReaches(byGraphql(product)));

  it("made in SQL as Hasura's login with hasura.user set reaches them", () =>
    watch.expectDoorReaches(byHasuraLogin(product)));

  it('made with psql as the owner reaches them', () => watch.expectDoorReaches(byOwner(product)));

  it('made elsewhere is shown by the admin without a reload', async () => {
    const toggle = admin.getByRole('switch', { name: `${watched} in Production` });
    for (const enabled of [false, true]) {
      await byOwner(product).switch(enabled, 'made elsewhere');
      await eventually(async () => expect(await toggle.getAttribute('aria-checked')).toBe(`${enabled}`), reachesWithin);
    }
  });

  it('tells the browser decisions, and nothing of a rule', async () => {
    const key = product.keys.production?.client ?? '';
    const said = await everythingSaidTo(browser, product);
    for (const secret of [
      '"rules"',
      '"segment',
      'ends_with',
      '@shop.example',
      'support-desk',
      'payments-kill-switch',
    ]) {
      expect(said).not.toContain(secret);
    }
    const refused = await fetch(`${product.api}/v1/ruleset`, { headers: { authorization: `Bearer ${key}` } });
    expect(refused.status).toBe(403);
  });

  it('makes the page ask no other host', () => {
    const hosts = new Set(watch.requests.map((url) => new URL(url).origin));
    expect([...hosts].filter((host) => host !== product.shop && host !== product.api)).toEqual([]);
  });

  it('waits for Postgres; decisions do not, when it is killed under the running shop', async () => {
    await eventually(() => watch.expectSeen(true));
    const before = await decisions(product);
    process.kill(product.pids.postgres, 'SIGKILL');
    for (let round = 0; round < 20; round += 1) {
      expect(await decisions(product)).toEqual(before);
      await watch.expectSeen(true);
    }
    await eventually(() => byOwner(product).switch(false, ''), { timeoutMs: 30_000 });
    await eventually(() => watch.expectSeen(false), { timeoutMs: 15_000 });
  });
});

/** All that a page of the storefront and its client key are told. */
async function everythingSaidTo(browser: Browser, product: Product): Promise<string> {
  const page = await browser.newPage();
  const bodies: Promise<string>[] = [];
  page.on('response', (response) => bodies.push(response.text().catch(() => '')));
  await page.goto(`${product.shop}/?user=somebody`);
  await page.locator('[data-testid="burgee-state"][data-state="live"]').waitFor();
  const answer = await fetch(`${product.api}/v1/decisions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.keys.production?.client}`, 'content-type': 'application/json' },
    body: JSON.stringify({ context: { targetingKey: 'somebody' } }),
  });
  await page.close(); // ends the open stream, whose body then can be read
  return [await answer.text(), ...(await Promise.all(bodies))].join('\n');
}

async function decisions(product: Product): Promise<unknown> {
  const answer = await fetch(`${product.api}/ofrep/v1/evaluate/flags`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.keys.production?.server}`, 'content-type': 'application/json' },
    body: JSON.stringify({ context: { targetingKey: 'steady', country: 'NO', appVersion: '4.2.0' } }),
  });
  const { flags } = (await answer.json()) as { flags: { key: string }[] };
  return flags.filter(({ key }) => key !== 'express-delivery'); // a ramp: it changes by itself
}
