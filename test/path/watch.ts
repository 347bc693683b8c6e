import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { eventually } from '../support/eventually.ts';
import type { Door } from './doors.ts';
import type { Product } from './product.ts';

/** How long a change may take from the door to the page and to the guard. */
export const reachesWithin = { timeoutMs: 2_000 };
const shopper = 'ada'; // one of the staff, for whom the watched flag is on when it is on

/** The open storefront and the guarded mutation of the shop, looked at together. */
export interface Watch {
  readonly storefront: Page;
  /** Addresses that the page has asked for. */
  readonly requests: readonly string[];
  expectSeen(enabled: boolean): Promise<void>;
  /** Switches off and on through a door; both must be seen in time and leave one audit entry each. */
  expectDoorReaches(door: Door): Promise<void>;
}

export async function watchShop(product: Product, browser: Browser): Promise<Watch> {
  const requests: string[] = [];
  const storefront = await browser.newPage();
  storefront.on('request', (request) => requests.push(request.url()));
  await storefront.goto(`${product.shop}/?user=${shopper}`);

  async function expectSeen(enabled: boolean): Promise<void> {
    expect(await storefront.getByTestId('refund').count()).toBe(enabled ? 1 : 0);
    expect(await askForRefund(product)).toBe(enabled ? 'refunded' : 'forbidden');
  }

  async function expectDoorReaches(door: Door): Promise<void> {
    for (const enabled of [false, true]) {
      const before = await lastEntry(product);
      await door.switch(enabled, `path test ${enabled}`);
      await eventually(() => expectSeen(enabled), reachesWithin);
      const entries = await entriesAfter(product, before);
      expect(entries).toHaveLength(1);
      expect(entries[0]).toMatchObject({ ...door.entry, subject: 'flag_setting' });
      if (enabled) expect(entries[0]?.reason).toBe('path test true');
    }
  }

  await eventually(() => expectSeen(true));
  return { storefront, requests, expectSeen, expectDoorReaches };
}

async function askForRefund({ shopApi }: Product): Promise<'refunded' | 'forbidden'> {
  const answer = await fetch(`${shopApi}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-shop-user': shopper },
    body: JSON.stringify({ query: 'mutation { refundOrder(orderId: "7") { message } }' }),
  });
  const { data } = (await answer.json()) as { data: { refundOrder: unknown } | null };
  return data?.refundOrder ? 'refunded' : 'forbidden';
}

interface Entry {
  readonly actor: string;
  readonly door: string;
  readonly subject: string;
  readonly reason: string | null;
}

async function lastEntry(product: Product): Promise<string> {
  const [row] = await product.rows<{ id: string }>('select coalesce(max(id), 0)::text as id from burgee.audit_entry');
  return row?.id ?? '0';
}

function entriesAfter(product: Product, id: string): Promise<Entry[]> {
  const text = 'select actor, door, subject, reason from burgee.audit_entry where id > $1::bigint order by id';
  return product.rows<Entry>(text, [id]);
}
