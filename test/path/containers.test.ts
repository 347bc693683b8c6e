import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { chromium } from '../support/browser.ts';
import {
  type HasuraContainer,
  type PostgresContainer,
  startHasuraContainer,
  startPostgresContainer,
  whyNoContainers,
} from './containers.ts';
import { byGraphql, byHasura, byOwner, inAdmin, signIn } from './doors.ts';
import { type Product, startProduct } from './product.ts';
import { type Watch, watchShop } from './watch.ts';

const browser = (await chromium()) as Browser; // undefined only where the whole is skipped
const whyNot = await whyNoContainers();
if (whyNot !== undefined) {
  process.stderr.write(`\nSKIPPED: the doors with the official PostgreSQL and Hasura images, because ${whyNot}.\n\n`);
}

describe.skipIf(browser === undefined || whyNot !== undefined)('with the official images, a change', () => {
  let postgres: PostgresContainer;
  let hasura: HasuraContainer;
  let product: Product;
  let admin: Page;
  let watch: Watch;

  beforeAll(async () => {
    postgres = await startPostgresContainer();
    product = await startProduct({ DATABASE_URL: postgres.adminUrl });
    hasura = await startHasuraContainer(postgres, product.hasuraPassword());
    admin = await signIn(browser, product);
    watch = await watchShop(product, browser);
  }, 400_000);

  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    await hasura?.stop();
    await postgres?.stop();
  });

  it('made in the admin reaches useFlag and @RequireFlag', () => watch.expectDoorReaches(inAdmin(admin)));
  it('made by GraphQL reaches them', () => watch.expectDoorReaches(byGraphql(product)));
  it("made by Hasura's GraphQL with role headers reaches them", () =>
    watch.expectDoorReaches(byHasura(product, hasura)));
  it('made with psql as the owner reaches them', () => watch.expectDoorReaches(byOwner(product)));
});
