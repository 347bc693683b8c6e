import { afterAll, beforeAll, expect, test } from 'vitest';
import { managedShop } from '../graphql/graphql.support.ts';

let shop: Awaited<ReturnType<typeof managedShop>>;
beforeAll(async () => {
  shop = await managedShop();
});
afterAll(() => shop.stop());

const fields = 'key name conditions included excluded revision usedBy archivedAt';
const creating = `mutation ($input: CreateSegmentInput!) { createSegment(input: $input) { ${fields} } }`;
const updating = `mutation ($input: UpdateSegmentInput!) { updateSegment(input: $input) { ${fields} } }`;
const conditions = [{ attr: 'country', op: 'in', values: ['NO'] }];

test('makes a segment with conditions and members', async () => {
  const input = {
    project: 'shop',
    key: 'norway',
    name: 'Norway',
    conditions,
    included: ['b', 'a', 'a'],
    excluded: ['c'],
  };
  const { createSegment } = await shop.get('developer', creating, { input });
  expect(createSegment).toEqual({
    key: 'norway',
    name: 'Norway',
    conditions,
    included: ['a', 'b'],
    excluded: ['c'],
    revision: expect.any(String),
    usedBy: [],
    archivedAt: null,
  });
});

test('writes and audits the difference of members only, and moves a key from one list to the other', async () => {
  const made = await shop.get('developer', creating, {
    input: { project: 'shop', key: 'moving', included: ['a', 'b'] },
  });
  const count = async () =>
    Number(
      (await shop.database.sql(`select count(*) as n from burgee.audit_entry where subject = 'segment_member'`))[0]?.n,
    );
  const before = await count();
  const input = {
    project: 'shop',
    key: 'moving',
    revision: made.createSegment.revision,
    included: ['a', 'c'],
    excluded: ['b'],
  };
  const { updateSegment } = await shop.get('developer', updating, { input });
  expect(updateSegment).toMatchObject({ included: ['a', 'c'], excluded: ['b'] });
  expect(await count()).toBeGreaterThan(before);
  const only = { project: 'shop', key: 'moving', revision: updateSegment.revision, excluded: ['a', 'b'] };
  expect((await shop.get('developer', updating, { input: only })).updateSegment).toMatchObject({
    included: ['c'],
    excluded: ['a', 'b'],
  });
});

test('asks for a reason where production uses the segment, and tells the newest form to who was slower', async () => {
  const { segment } = await shop.get('viewer', `{ segment(project: "shop", key: "staff") { ${fields} } }`);
  expect(segment.usedBy).toContain('nordic-launch');
  const input = { project: 'shop', key: 'staff', revision: segment.revision, included: ['ada'] };
  expect(await shop.codeOf('product_owner', updating, { input })).toBe('REASON_REQUIRED');
  const { updateSegment } = await shop.get('product_owner', updating, { input: { ...input, reason: 'left' } });
  expect(updateSegment.included).toEqual(['ada']);
  const answer = await shop.ask('product_owner', updating, { input: { ...input, conditions: [], reason: 'left' } });
  expect(answer.errors?.[0]?.extensions).toMatchObject({
    code: 'REVISION_CONFLICT',
    current: { revision: updateSegment.revision, key: 'staff' },
  });
});

test('refuses conditions that decide nothing, with the same sentence as SQL', async () => {
  const bad = [{ attr: 'a', op: 'matchesish', values: ['x'] }];
  const answer = await shop.ask('developer', creating, { input: { project: 'shop', key: 'bad', conditions: bad } });
  expect(answer.errors?.[0]?.extensions.code).toBe('INVALID_SEGMENT');
  await expect(
    shop.database.sql(
      `insert into burgee.segment (project_id, key, conditions) select id, 'bad', $1 from burgee.project where key = 'shop'`,
      [JSON.stringify(bad)],
    ),
  ).rejects.toThrow(answer.errors?.[0]?.message);
  const pattern = [{ attr: 'a', op: 'matches', values: ['(a'] }];
  const refused = await shop.ask('developer', creating, {
    input: { project: 'shop', key: 'bad', conditions: pattern },
  });
  expect(refused.errors?.[0]).toMatchObject({
    message: expect.stringContaining('if[0].values[0]'),
    extensions: { code: 'INVALID_SEGMENT' },
  });
});

test('archives a segment that nothing names, and no other', async () => {
  await shop.get('developer', creating, { input: { project: 'shop', key: 'unused' } });
  const archive = (key: string) =>
    `mutation { archiveSegment(project: "shop", key: "${key}", reason: "done") { archivedAt } }`;
  const byOwner = await shop.ask('admin', archive('unused'));
  expect(byOwner.data?.archiveSegment.archivedAt).toEqual(expect.any(String));
  expect(await shop.codeOf('admin', archive('staff'))).toBe('IN_USE');
  expect(await shop.codeOf('admin', archive('no-such'))).toBe('NOT_FOUND');
});

test('tells which segments name it, and refuses a circle of them', async () => {
  const naming = (segment: string) => [{ any: [{ segment }] }];
  for (const [key, conditions] of [
    ['innermost', []],
    ['between', naming('innermost')],
    ['outermost', naming('between')],
  ] as const) {
    await shop.get('developer', creating, { input: { project: 'shop', key, conditions } });
  }
  const read = async (key: string) =>
    (await shop.get('viewer', `{ segment(project: "shop", key: "${key}") { revision namedBy usedBy } }`)).segment;
  expect(await read('innermost')).toMatchObject({ namedBy: ['between'], usedBy: [] });
  const { revision } = await read('innermost');
  const closing = { project: 'shop', key: 'innermost', revision, conditions: naming('outermost') };
  const answer = await shop.ask('developer', updating, { input: closing });
  expect(answer.errors?.[0]).toMatchObject({
    message: 'cycle: innermost -> outermost -> between -> innermost',
    extensions: { code: 'PREREQUISITE_CYCLE' },
  });
  const archiving = `mutation { archiveSegment(project: "shop", key: "innermost") { key } }`;
  expect(await shop.codeOf('developer', archiving)).toBe('IN_USE');
});

test('keeps equal values once', async () => {
  const conditions = [{ attr: 'country', op: 'in', values: ['NO', 'SE', 'NO'] }];
  const { createSegment } = await shop.get('developer', creating, {
    input: { project: 'shop', key: 'twice', conditions },
  });
  expect(createSegment.conditions).toEqual([{ attr: 'country', op: 'in', values: ['NO', 'SE'] }]);
});
