import { afterAll, beforeAll, expect, test } from 'vitest';
import { managedShop } from '../graphql/graphql.support.ts';

let shop: Awaited<ReturnType<typeof managedShop>>;
beforeAll(async () => {
  shop = await managedShop();
  await shop.database.sql(
    `insert into burgee.unknown_flag (environment_id, flag_key, application, count, last_seen)
     select environment.id, asked.key, 'storefront', 7, now() - make_interval(secs => asked.place)
     from burgee.environment
     join burgee.project on project.id = project_id and project.key = 'shop'
     cross join (values ('giftCards', 1), ('made-tomorrow', 2), ('new-checkout', 3)) as asked (key, place)
     where environment.key = 'production'`,
  );
});
afterAll(() => shop.stop());

const query = `{ unknownFlags(project: "shop") { flagKey environment application count didYouMean archivedAt } }`;

test('shows what code asks for in vain, with who asks and what was probably meant', async () => {
  const { unknownFlags } = await shop.get('viewer', query);
  const common = { environment: 'production', application: 'storefront', count: 7, archivedAt: null };
  // new-checkout is there by now: nobody asks for it in vain
  expect(unknownFlags).toEqual([
    { ...common, flagKey: 'giftCards', didYouMean: 'gift-cards' },
    { ...common, flagKey: 'made-tomorrow', didYouMean: null },
  ]);
});

test('is for those who may read the project', async () => {
  expect(await shop.codeOf('stranger', query)).toBe('NOT_FOUND');
});
