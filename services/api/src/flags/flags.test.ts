import { afterAll, beforeAll, expect, test } from 'vitest';
import { managedShop } from '../graphql/graphql.support.ts';

let shop: Awaited<ReturnType<typeof managedShop>>;
beforeAll(async () => {
  shop = await managedShop();
});
afterAll(() => shop.stop());

const list = `query ($search: String, $kind: FlagKind, $owner: String, $state: FlagState, $stale: Boolean, $archived: Boolean, $first: Int, $after: String) {
  flags(project: "shop", search: $search, kind: $kind, owner: $owner, state: $state, stale: $stale, archived: $archived, first: $first, after: $after) {
    nodes { key kind owner settings { environment { key isProduction } enabled settledAt } } endCursor hasNextPage totalCount } }`;
interface Listed {
  readonly key: string;
  readonly kind: string;
  readonly owner: string;
  readonly settings: {
    environment: { key: string; isProduction: boolean };
    enabled: boolean;
    settledAt: string | null;
  }[];
}
const page = async (variables: Record<string, unknown> = {}) =>
  (await shop.get('viewer', list, variables)).flags as {
    nodes: Listed[];
    endCursor: string;
    hasNextPage: boolean;
    totalCount: number;
  };
const keys = async (variables: Record<string, unknown> = {}) => (await page(variables)).nodes.map(({ key }) => key);

test('pages through all flags in the order of their keys, each once', async () => {
  const all = await keys({ first: 200 });
  expect(all.length).toBeGreaterThanOrEqual(12);
  expect(all).toEqual(all.toSorted());
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const next = await page({ first: 5, after });
    expect(next.totalCount).toBe(all.length);
    seen.push(...next.nodes.map(({ key }) => key));
    after = next.hasNextPage ? next.endCursor : null;
  } while (after !== null);
  expect(seen).toEqual(all);
});

test('refuses page sizes and cursors that are none', async () => {
  for (const first of [0, -1, 201, 1_000_000_000])
    expect(await shop.codeOf('viewer', list, { first })).toBe('INVALID_CURSOR');
  const { endCursor } = await page({ first: 2 });
  const forged = Buffer.from(endCursor, 'base64url');
  forged[forged.length - 1] = 122;
  const audit = (await shop.get('viewer', '{ audit(project: "shop", first: 1) { endCursor } }')).audit.endCursor;
  for (const after of [
    '',
    'x',
    '%_\\',
    endCursor.slice(0, -2),
    forged.toString('base64url'),
    audit,
    'a'.repeat(5000),
  ]) {
    expect(await shop.codeOf('viewer', list, { after })).toBe('INVALID_CURSOR');
  }
  expect(
    await shop.codeOf('viewer', 'query ($c: String) { audit(project: "shop", after: $c) { nodes { id } } }', {
      c: endCursor,
    }),
  ).toBe('INVALID_CURSOR');
});

test('finds text in key, name, description, owner and tags, and takes signs of patterns as text', async () => {
  expect(await keys({ search: 'CHECKOUT' })).toContain('new-checkout');
  expect(await keys({ search: 'three. The storefront' })).toEqual(['new-checkout']);
  expect(await keys({ search: 'marketing@' })).toContain('free-shipping-banner');
  expect(await keys({ search: '%' })).toEqual([]);
  expect(await keys({ search: '_' })).toEqual([]);
  expect(await keys({ search: "'; drop table burgee.flag; --" })).toEqual([]);
});

test('filters by kind and owner', async () => {
  expect(await keys({ kind: 'operational' })).toEqual(['max-basket-size', 'payments-kill-switch']);
  expect(await keys({ kind: 'permission' })).toContain('refund-orders');
  for (const { owner } of (await page({ owner: 'Checkout@shop.example' })).nodes)
    expect(owner).toBe('checkout@shop.example');
  expect(await keys({ owner: 'checkout@shop.example' })).toContain('new-checkout');
});

test('filters by the state in production, each flag in exactly one', async () => {
  const states = await Promise.all(['on', 'off', 'targeted'].map((state) => keys({ state, first: 200 })));
  expect(states.flat().toSorted()).toEqual(await keys({ first: 200 }));
  expect(states[0]).toContain('gift-cards');
  expect(states[2]).toContain('recommendations');
  for (const { settings } of (await page({ state: 'off', first: 200 })).nodes) {
    expect(settings.find(({ environment }) => environment.isProduction)?.enabled).toBe(false);
  }
});

test('filters by staleness, and tells the finding with each flag', async () => {
  const stale = await keys({ stale: true });
  expect(stale).toContain('gift-cards');
  expect(stale).not.toContain('dark-storefront');
  expect([...stale, ...(await keys({ stale: false, first: 200 }))].toSorted()).toEqual(await keys({ first: 200 }));
  const { flags } = await shop.get(
    'viewer',
    '{ flags(project: "shop", search: "gift-cards") { nodes { finding { finding days findCommand value kind } } } }',
  );
  expect(flags.nodes[0].finding).toMatchObject({
    finding: 'stale',
    days: 20,
    findCommand: 'git grep -nF -e gift-cards',
    value: true,
  });
});

test('shows archived flags only when they are asked for', async () => {
  await shop.get(
    'admin',
    'mutation { createFlag(input: { project: "shop", key: "gone", kind: release, owner: "" }) { id } }',
  );
  await shop.get('admin', 'mutation { archiveFlag(input: { project: "shop", key: "gone" }) { id } }');
  expect(await keys({ first: 200 })).not.toContain('gone');
  expect(await keys({ archived: true })).toEqual(['gone']);
  expect(await keys({ state: 'archived' })).toEqual(['gone']);
  expect((await shop.get('viewer', '{ flag(project: "shop", key: "gone") { archivedAt } }')).flag.archivedAt).toEqual(
    expect.any(String),
  );
});

test('shows one flag with its settings, its dependents, its uses and where code names it', async () => {
  await shop.database.sql(
    `insert into burgee.code_reference (flag_id, repository, path, line, commit)
     select id, 'shop/web', 'src/checkout.ts', 12, 'abc' from burgee.flag where key = 'new-checkout'`,
  );
  const { flag } = await shop.get(
    'viewer',
    `{ flag(project: "shop", key: "new-checkout") {
       requiredBy lastUsedAt codeReferences { repository path line commit }
       setting(environment: "production") { enabled revision servedRevision problem environment { key version } } } }`,
  );
  expect(flag).toMatchObject({
    requiredBy: ['loyalty-points'],
    setting: { problem: null, environment: { key: 'production' } },
  });
  expect(flag.codeReferences).toContainEqual({
    repository: 'shop/web',
    path: 'src/checkout.ts',
    line: 12,
    commit: 'abc',
  });
  expect(flag.setting.servedRevision).toBe(flag.setting.revision);
});

test('explains a decision from the ruleset that is served', async () => {
  const ask = (flag: string, context: unknown) =>
    shop.get(
      'viewer',
      `query ($context: JSON!) { explain(project: "shop", environment: "production", flag: "${flag}", context: $context) {
         sentence steps { text matched ruleId detail } evaluation { flagKey value variant reason ruleId errorCode } } }`,
      { context },
    );
  const { explain } = await ask('nordic-launch', { targetingKey: 'ada', email: 'ada@shop.example' });
  expect(explain.evaluation).toMatchObject({ flagKey: 'nordic-launch', variant: 'on', reason: 'TARGETING_MATCH' });
  expect(explain.steps.length).toBeGreaterThan(1);
  expect(explain.sentence).toEqual(expect.any(String));
  expect((await ask('no-such-flag', {})).explain.evaluation).toMatchObject({ errorCode: 'FLAG_NOT_FOUND' });
  expect(
    await shop.codeOf(
      'viewer',
      '{ explain(project: "shop", environment: "production", flag: "x", context: 3) { sentence } }',
    ),
  ).toBe('INVALID_CONTEXT');
});

test('tells in what form a flag is served when its newest does not compile', async () => {
  await shop.database.sql(
    `update burgee.flag_setting set rules = '[{"id": "bad", "if": [{"attr": "a", "op": "matches", "values": ["(a"]}]}]'
     where flag_id = (select id from burgee.flag where key = 'search-v2')
       and environment_id = (select id from burgee.environment where key = 'development')`,
  );
  const { flag } = await shop.get(
    'viewer',
    '{ flag(project: "shop", key: "search-v2") { setting(environment: "development") { revision servedRevision problem } } }',
  );
  expect(flag.setting.problem).toEqual(expect.stringContaining('rules[0]'));
  expect(Number(flag.setting.servedRevision)).toBe(Number(flag.setting.revision) - 1);
});

test('reads the audit log by environment and by flag, newest first', async () => {
  await shop.get(
    'developer',
    'mutation { createFlag(input: { project: "shop", key: "audited", kind: release, owner: "" }) { id } }',
  );
  await shop.get(
    'product_owner',
    'mutation { switchFlag(input: { project: "shop", environment: "production", key: "audited", enabled: true, reason: "go" }) { enabled } }',
  );
  const { audit } = await shop.get(
    'viewer',
    '{ audit(project: "shop", environment: "production", flag: "audited", first: 1) { nodes { id at actor door dbLogin reason emergency subject subjectKey operation environment before after hash } hasNextPage } }',
  );
  expect(audit.nodes[0]).toMatchObject({
    actor: 'pia@shop.example',
    door: 'cli',
    dbLogin: 'burgee_api',
    reason: 'go',
    subject: 'flag_setting',
    subjectKey: 'audited',
    environment: 'production',
    before: { enabled: false },
    after: { enabled: true },
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  const whole: string[] = (
    await shop.get('viewer', '{ audit(project: "shop", first: 200) { nodes { at } } }')
  ).audit.nodes.map(({ at }: { at: string }) => at);
  expect(whole).toEqual(whole.toSorted().toReversed());
  const paged: string[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const page: { nodes: { at: string }[]; endCursor: string | null; hasNextPage: boolean } = (
      await shop.get(
        'viewer',
        `{ audit(project: "shop", first: 7, after: ${JSON.stringify(after)}) { nodes { at } endCursor hasNextPage } }`,
      )
    ).audit;
    paged.push(...page.nodes.map(({ at }) => at));
    ({ endCursor: after, hasNextPage: more } = page);
  }
  expect(paged.slice(0, 200)).toEqual(whole);
});
