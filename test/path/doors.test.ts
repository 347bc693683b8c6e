import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromium } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { type Door, doorsOf, watched } from './doors.ts';
import { type Product, startProduct } from './product.ts';

/** How long a change may take from the door to the page and to the guard. */
const reachesWithin = { timeoutMs: 2_000 };
const shopper = 'ada'; // one of the staff, for whom the flag is on when it is on

interface Entry {
  readonly actor: string;
  readonly door: string;
  readonly subject: string;
  readonly reason: string | null;
}

const browser = (await chromium()) as Browser; // undefined only where the whole is skipped

describe.skipIf(browser === undefined)('a change made through a door', () => {
  let product: Product;
  let storefront: Page;
  let admin: Page;
  const requests: string[] = [];

  beforeAll(async () => {
    product = await startProduct();
    admin = await signIn(browser, product);
    storefront = await browser.newPage();
    storefront.on('request', (request) => requests.push(request.url()));
    await storefront.goto(`${product.shop}/?user=${shopper}`);
    await eventually(() => expectSeen(true));
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  });

  const doors = [
    'the admin',
    'GraphQL with an access token',
    "SQL as Hasura's login with hasura.user set",
    'psql as the owner',
  ];
  it.each(doors)(
    '%s reaches useFlag in the open page and @RequireFlag in the shop, and leaves one audit entry',
    async (name) => {
      const door = doorNamed(name);
      for (const enabled of [false, true]) {
        const before = await lastEntry();
        await door.switch(enabled, `path test ${enabled}`);
        await eventually(() => expectSeen(enabled), reachesWithin);
        const entries = await entriesAfter(before);
        expect(entries).toHaveLength(1);
        expect(entries[0]).toMatchObject({ ...door.entry, subject: 'flag_setting' });
        if (enabled) expect(entries[0]?.reason).toBe('path test true');
      }
    },
  );

  it('is shown by the admin without a reload, whoever made it', async () => {
    await doorNamed('psql as the owner').switch(false, '');
    const toggle = admin.getByRole('switch', { name: `${watched} in Production` });
    await eventually(async () => expect(await toggle.getAttribute('aria-checked')).toBe('false'), reachesWithin);
    await doorNamed('psql as the owner').switch(true, 'back');
    await eventually(async () => expect(await toggle.getAttribute('aria-checked')).toBe('true'), reachesWithin);
  });

  it('tells the browser decisions, and nothing of a rule', async () => {
    const bodies: string[] = [];
    const page = await browser.newPage();
    page.on(
      'response',
      (response) =>
        void response.text().then(
          (text) => bodies.push(text),
          () => undefined,
        ),
    );
    await page.goto(`${product.shop}/?user=somebody`);
    await page.getByTestId('burgee-state').waitFor();
    const key = product.keys.production?.client ?? '';
    const answer = await fetch(`${product.api}/v1/decisions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ context: { targetingKey: 'somebody' } }),
    });
    bodies.push(await answer.text());
    const secrets = [
      '"rules"',
      '"segment',
      'ends_with',
      '@shop.example',
      'support-desk',
      'salt',
      'payments-kill-switch',
    ];
    for (const secret of secrets) expect(bodies.join('\n')).not.toContain(secret);
    const refused = await fetch(`${product.api}/v1/ruleset`, { headers: { authorization: `Bearer ${key}` } });
    expect(refused.status).toBe(403);
    await page.close();
  });

  it('sends the page to no other host', () => {
    const hosts = new Set(requests.map((url) => new URL(url).origin));
    expect([...hosts].filter((host) => host !== product.shop && host !== product.api)).toEqual([]);
  });

  it('is not needed: with Postgres killed, every decision stays what it was', async () => {
    await eventually(() => expectSeen(true));
    const before = await decisions();
    process.kill(product.pids.postgres, 'SIGKILL');
    for (let round = 0; round < 20; round += 1) {
      expect(await decisions()).toEqual(before);
      await expectSeen(true);
    }
    await doorOnceDatabaseIsBack().switch(false, '');
    await eventually(() => expectSeen(false), { timeoutMs: 15_000 });
  });

  async function expectSeen(enabled: boolean): Promise<void> {
    expect(await storefront.getByTestId('refund').count()).toBe(enabled ? 1 : 0);
    expect(await refund()).toBe(enabled ? 'refunded' : 'forbidden');
  }

  async function refund(): Promise<'refunded' | 'forbidden'> {
    const answer = await fetch(`${product.shopApi}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shop-user': shopper },
      body: JSON.stringify({ query: 'mutation { refundOrder(orderId: "7") { message } }' }),
    });
    const { data } = (await answer.json()) as { data: { refundOrder: unknown } | null };
    return data?.refundOrder ? 'refunded' : 'forbidden';
  }

  async function decisions(): Promise<unknown> {
    const answer = await fetch(`${product.api}/ofrep/v1/evaluate/flags`, {
      method: 'POST',
      headers: { authorization: `Bearer ${product.keys.production?.server}`, 'content-type': 'application/json' },
      body: JSON.stringify({ context: { targetingKey: 'steady', country: 'NO', appVersion: '4.2.0' } }),
    });
    const { flags } = (await answer.json()) as { flags: { key: string }[] };
    return flags.filter(({ key }) => key !== 'express-delivery'); // a ramp: it changes by itself
  }

  function doorNamed(name: string): Door {
    const door = doorsOf(product, admin).find((one) => one.name === name);
    if (door === undefined) throw new Error(`no door ${name}`);
    return door;
  }

  function doorOnceDatabaseIsBack(): Door {
    const door = doorNamed('psql as the owner');
    const patiently: Door['switch'] = (enabled, reason) =>
      eventually(() => door.switch(enabled, reason), { timeoutMs: 30_000 });
    return { ...door, switch: patiently };
  }

  async function lastEntry(): Promise<string> {
    const [row] = await product.rows<{ id: string }>('select coalesce(max(id), 0)::text as id from burgee.audit_entry');
    return row?.id ?? '0';
  }

  function entriesAfter(id: string): Promise<Entry[]> {
    return product.rows<Entry>(
      'select actor, door, subject, reason from burgee.audit_entry where id > $1::bigint order by id',
      [id],
    );
  }
});

async function signIn(browser: Browser, { admin, accessToken }: Product): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${admin}/#/sign-in`);
  await page.getByRole('button', { name: 'Use an access token instead' }).click();
  await page.getByLabel('Access token').fill(accessToken);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.goto(`${admin}/#/projects/shop/flags`);
  await page.getByRole('switch', { name: `${watched} in Production` }).waitFor();
  return page;
}
