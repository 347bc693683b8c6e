import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  claimOf,
  openShop,
  type Refusal,
  type Role,
  refusalOf,
  type Shop,
  type Statement,
  settingUpdate,
  through,
} from './shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  for (const key of ['banner', 'live', 'gone-viewer', 'gone-developer', 'gone-product_owner', 'gone-admin'])
    await shop.flag(key);
  await shop.target('live', 'production', { enabled: true });
  await shop.database.run(`
    insert into burgee.segment (project_id, key) select id, listed.name from burgee.project, unnest(array['free', 'used']) as listed (name);
    insert into burgee.project (key, name) values ('other', 'Other');
  `);
  await shop.target('live', 'production', { rules: [{ id: 'used', if: [{ segment: 'used' }], serve: 'on' }] });
});
afterAll(() => shop.stop());

const roles: readonly Role[] = ['viewer', 'developer', 'product_owner', 'admin'];
const writers: readonly Role[] = ['developer', 'product_owner', 'admin'];
const releasers: readonly Role[] = ['product_owner', 'admin'];
const admins: readonly Role[] = ['admin'];

const inShop = (table: string) =>
  `project_id = (select id from burgee.project where key = 'shop')${table === '' ? '' : ` and key = '${table}'`}`;
const deeds: readonly { what: string; may: readonly Role[]; write: (role: Role) => Statement }[] = [
  {
    what: 'create a flag',
    may: writers,
    write: (role) => [
      `insert into burgee.flag (project_id, key, owner) select id, 'by-' || replace($1, '_', '-'), 'x' from burgee.project where key = 'shop'`,
      [role],
    ],
  },
  {
    what: 'describe a flag',
    may: writers,
    write: (role) => [`update burgee.flag set description = $1 where key = 'live'`, [role]],
  },
  {
    what: 'change variants of a flag that is off in production',
    may: writers,
    write: (role) => [
      `update burgee.flag set metadata = jsonb_build_object('by', $1::text) where key = 'banner'`,
      [role],
    ],
  },
  {
    what: 'change what decides of a flag that is on in production',
    may: releasers,
    write: (role) => [
      `update burgee.flag set metadata = jsonb_build_object('by', $1::text), change_reason = 'x' where key = 'live'`,
      [role],
    ],
  },
  {
    what: 'archive a flag',
    may: admins,
    write: (role) => [`update burgee.flag set archived_at = now() where key = 'gone-' || $1`, [role]],
  },
  {
    what: 'give a flag more time',
    may: releasers,
    write: (role) => [
      `update burgee.flag set stale_extended_until = now() + make_interval(days => length($1)) where key = 'banner'`,
      [role],
    ],
  },
  {
    what: 'target outside production',
    may: writers,
    write: (role) => settingUpdate('banner', 'development', { salt: role }),
  },
  {
    what: 'target in production',
    may: releasers,
    write: (role) => settingUpdate('banner', 'production', { salt: role, change_reason: 'x' }),
  },
  {
    what: 'change a segment that production does not use',
    may: writers,
    write: (role) => [
      `insert into burgee.segment_member (segment_id, targeting_key) select id, $1 from burgee.segment where key = 'free' and ${inShop('')}`,
      [role],
    ],
  },
  {
    what: 'change a segment that production uses',
    may: releasers,
    write: (role) => [
      `update burgee.segment set conditions = jsonb_build_array(jsonb_build_object('attr', 'x', 'op', 'in', 'values', jsonb_build_array($1::text))),
       change_reason = 'x' where ${inShop('used')}`,
      [role],
    ],
  },
  {
    what: 'rename an environment',
    may: admins,
    write: (role) => [`update burgee.environment set name = $1 where key = 'development'`, [role]],
  },
  {
    what: 'rename a project',
    may: admins,
    write: (role) => [`update burgee.project set name = $1 where key = 'shop'`, [role]],
  },
  {
    what: 'create a project',
    may: admins,
    write: (role) => [`insert into burgee.project (key, name) values ('of-' || replace($1, '_', '-'), $1)`, [role]],
  },
  {
    what: 'create a key',
    may: admins,
    write: (role) => [
      `insert into burgee.api_key (environment_id, kind, name, key_hash, key_prefix)
       select id, 'server', $1, sha256(convert_to($1, 'UTF8')), 'abcdefgh' from burgee.environment where key = 'production'`,
      [role],
    ],
  },
  {
    what: 'add a person',
    may: admins,
    write: (role) => [`insert into burgee.member (email, name) values ('new-' || $1 || '@shop.example', $1)`, [role]],
  },
  {
    what: 'give a role',
    may: admins,
    write: () => [
      `update burgee.member_role set role = role where member_id = (select id from burgee.member where name = 'viewer')`,
    ],
  },
];

for (const { what, may, write } of deeds) {
  test(`may ${what}: ${may.join(', ')}`, async () => {
    for (const role of roles) {
      const deed = through(shop.database.apiUrl, claimOf(shop.members[role], 'ui'), write(role));
      if (may.includes(role)) await deed;
      else
        expect(await refusalOf(deed), role).toMatchObject({
          code: 'FORBIDDEN',
          sqlstate: 'BG010',
        } satisfies Partial<Refusal>);
    }
  });
}

test('nobody may do anything in a project where they have no role', async () => {
  const inOther = through(shop.database.apiUrl, claimOf(shop.members.admin, 'ui'), [
    `insert into burgee.flag (project_id, key) select id, 'x' from burgee.project where key = 'other'`,
  ]);
  expect(await refusalOf(inOther)).toMatchObject({
    code: 'FORBIDDEN',
    message: 'admin@shop.example has no role in project other and may not create flags',
  });
});

test('a trusted login without a member may change nothing that roles govern', async () => {
  for (const claim of [null, { 'x-hasura-role': 'admin' }, { 'x-burgee-door': 'job' }, claimOf('not-a-uuid')]) {
    const write = through(shop.database.apiUrl, claim, settingUpdate('banner', 'development', { salt: 'x' }));
    expect(await refusalOf(write), JSON.stringify(claim)).toMatchObject({ code: 'FORBIDDEN' });
  }
});

test('a disabled member may do nothing', async () => {
  await shop.database.sql(`update burgee.member set disabled_at = now() where name = 'developer'`);
  const write = through(
    shop.database.apiUrl,
    claimOf(shop.members.developer, 'ui'),
    settingUpdate('banner', 'development', { salt: 'late' }),
  );
  expect(await refusalOf(write)).toMatchObject({ code: 'FORBIDDEN' });
  await shop.database.sql('update burgee.member set disabled_at = null');
});

test('a malformed claim fails the write', async () => {
  const write = through(
    shop.database.apiUrl,
    null,
    [`select set_config('hasura.user', '{"x-hasura', true)`],
    settingUpdate('banner', 'development', { salt: 'x' }),
  );
  await expect(write).rejects.toThrow('invalid input syntax for type json');
});

test('the owner who takes the place of a login has that login’s rights and no others', async () => {
  const write = through(
    shop.database.ownerUrl,
    null,
    ['set local role burgee_api'],
    settingUpdate('banner', 'development', { salt: 'x' }),
  );
  expect(await refusalOf(write)).toMatchObject({ code: 'FORBIDDEN' });
});

test('only the owner sets the time', async () => {
  await through(
    shop.database.apiUrl,
    claimOf(shop.members.developer, 'ui'),
    [`select set_config('burgee.now', '2001-01-01Z', true), set_config('burgee.reason', 'mine', true)`],
    settingUpdate('banner', 'development', { salt: 'today' }),
  );
  const [entry] = await shop.database.sql<{ at: Date; reason: string | null }>(
    'select at, reason from burgee.audit_entry order by id desc limit 1',
  );
  expect(entry!.at.getFullYear()).toBeGreaterThan(2020);
  expect(entry!.reason).toBeNull();
});

test('everybody may change their own name and password, and nobody else’s', async () => {
  const rename = (target: Role): Statement => [
    `update burgee.member set name = name || '!' where id = $1`,
    [shop.members[target]],
  ];
  await through(shop.database.apiUrl, claimOf(shop.members.viewer, 'ui'), rename('viewer'));
  const others = through(shop.database.apiUrl, claimOf(shop.members.viewer, 'ui'), rename('admin'));
  expect(await refusalOf(others)).toMatchObject({ code: 'FORBIDDEN' });
});

test('an admin of one project has no say over people of another, and nobody over another’s password', async () => {
  const [stranger] = await shop.database.sql<{ id: string }>(
    `with person as (insert into burgee.member (email, name) values ('far@other.example', 'Far') returning id)
     insert into burgee.member_role (member_id, project_id, role)
     select person.id, project.id, 'admin' from person, burgee.project where project.key = 'other'
     returning member_id as id`,
  );
  const change = (column: string, id: string) =>
    through(shop.database.hasuraUrl, claimOf(shop.members.admin), [
      `update burgee.member set ${column} = now()::text::${column === 'disabled_at' ? 'timestamptz' : 'text'} where id = $1`,
      [id],
    ]);
  for (const column of ['name', 'disabled_at', 'password_hash']) {
    expect(await refusalOf(change(column, stranger!.id)), column).toMatchObject({ code: 'FORBIDDEN' });
  }
  expect(await refusalOf(change('password_hash', shop.members.viewer))).toMatchObject({ code: 'FORBIDDEN' });
  await change('name', shop.members.viewer);
});

test('a project keeps an admin, also when two take each other’s role at once', async () => {
  const [project] = await shop.database.sql<{ id: string }>(
    `insert into burgee.project (key, name) values ('pair', 'Pair') returning id`,
  );
  const people = await shop.database.sql<{ id: string }>(
    `with person as (insert into burgee.member (email, name) values ('a@pair.example', 'A'), ('b@pair.example', 'B') returning id)
     insert into burgee.member_role (member_id, project_id, role) select id, $1, 'admin' from person returning member_id as id`,
    [project!.id],
  );
  const [one, two] = people.map(({ id }) => id) as [string, string];
  const take = (by: string, from: string) =>
    through(
      shop.database.apiUrl,
      claimOf(by, 'ui'),
      [`delete from burgee.member_role where member_id = $1 and project_id = $2`, [from, project!.id]],
      ['select pg_sleep(0.2)'],
    );
  const ends = await Promise.allSettled([take(one, two), take(two, one)]);
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const [left] = await shop.database.sql<{ id: string }>(
    `select member_id as id from burgee.member_role where project_id = $1`,
    [project!.id],
  );
  expect(
    await refusalOf(
      shop.database.sql(`update burgee.member_role set role = 'viewer' where member_id = $1`, [left!.id]),
    ),
  ).toMatchObject({
    code: 'IN_USE',
    message: expect.stringContaining('is the last admin of project pair'),
  });
  const disable = shop.database.sql('update burgee.member set disabled_at = now() where id = $1', [left!.id]);
  expect(await refusalOf(disable)).toMatchObject({ code: 'IN_USE' });
});

test('who creates a project becomes its admin', async () => {
  const roles = await shop.database.sql(
    `select role from burgee.member_role join burgee.project on project.id = project_id where key = 'of-admin'`,
  );
  expect(roles).toEqual([{ role: 'admin' }]);
});

test('who may create a flag may say at once what it will serve in production, but not enable it there', async () => {
  const create: Statement = [
    `insert into burgee.flag (project_id, key, owner) values ($1, 'fresh', 'x')`,
    [shop.projectId],
  ];
  const claim = claimOf(shop.members.developer, 'ui');
  const enable = through(
    shop.database.apiUrl,
    claim,
    create,
    settingUpdate('fresh', 'production', { enabled: true, change_reason: 'x' }),
  );
  expect(await refusalOf(enable)).toMatchObject({ code: 'FORBIDDEN' });
  await through(shop.database.apiUrl, claim, create, settingUpdate('fresh', 'production', { default_serve: '"off"' }));
  expect(await shop.setting('fresh', 'production')).toMatchObject({ default_serve: 'off', enabled: false });
});

test('what production serves while a flag is off changes with the right and a reason only', async () => {
  await shop.flag('greeting', { value_type: 'string', variants: { polite: 'Good day', short: 'Hi' } });
  const say = (role: Role, greeting: string, reason?: string) =>
    through(shop.database.apiUrl, claimOf(shop.members[role], 'ui'), [
      `update burgee.flag set variants = jsonb_set(variants, '{polite}', $1), change_reason = $2 where key = 'greeting'`,
      [JSON.stringify(greeting), reason],
    ]);
  await say('developer', 'Good morning'); // the default of the code is served so far
  await shop.target('greeting', 'production', { off_variant: 'polite' });
  expect(await refusalOf(say('developer', 'Good evening', 'x'))).toMatchObject({ code: 'FORBIDDEN' });
  expect(await refusalOf(say('product_owner', 'Good evening'))).toMatchObject({ code: 'REASON_REQUIRED' });
  await say('product_owner', 'Good evening', 'it is late');
});

test('a production segment needs a reason for members too', async () => {
  const add: Statement = [
    `insert into burgee.segment_member (segment_id, targeting_key) select id, 'ada' from burgee.segment where ${inShop('used')}`,
  ];
  const claim = claimOf(shop.members.product_owner, 'ui');
  expect(await refusalOf(through(shop.database.apiUrl, claim, add))).toMatchObject({ code: 'REASON_REQUIRED' });
  await through(
    shop.database.apiUrl,
    claim,
    [`update burgee.segment set change_reason = 'asked for' where ${inShop('used')}`],
    add,
  );
  const entries = await shop.database.sql(
    `select reason, after ->> 'targeting_key' as key from burgee.audit_entry where subject = 'segment_member' and reason is not null`,
  );
  expect(entries).toEqual([{ reason: 'asked for', key: 'ada' }]);
});

test('Hasura’s login can neither read tokens nor delete', async () => {
  const claim = claimOf(shop.members.admin);
  for (const statement of [
    'select * from burgee.access_token',
    'select * from burgee.setup_link',
    'delete from burgee.segment_member',
    'delete from burgee.member_role',
  ]) {
    await expect(through(shop.database.hasuraUrl, claim, [statement])).rejects.toThrow('permission denied');
  }
});

test('no login of an application calls what only triggers may, or writes where only triggers write', async () => {
  for (const url of [shop.database.apiUrl, shop.database.hasuraUrl]) {
    for (const statement of [
      `select burgee.note_change(jsonb_populate_record(null::burgee.audit_pending, '{"subject": "flag"}'))`,
      `select burgee.create_setup_link(sha256('x'), now())`,
      'insert into burgee.audit_pending default values',
      'delete from burgee.setting_reference',
      `update burgee.audit_entry set actor = 'x'`,
      `insert into burgee.trusted_login values ('me')`,
      'insert into burgee.flag_setting (flag_id) values (null)',
    ]) {
      await expect(through(url, claimOf(shop.members.admin), [statement]), statement).rejects.toThrow(
        'permission denied',
      );
    }
  }
});

test('nothing that history speaks of is deleted, even by the owner', async () => {
  for (const table of ['flag', 'flag_setting', 'segment', 'environment', 'project', 'api_key', 'member']) {
    expect(await refusalOf(shop.database.sql(`delete from burgee.${table}`)), table).toMatchObject({
      code: 'NOT_ALLOWED_HERE',
    });
  }
});

test('nobody moves a targeting key or a role out of a room they may not enter', async () => {
  const add: Statement = [
    `insert into burgee.segment_member (segment_id, targeting_key) select id, 'stays' from burgee.segment where key = 'used'`,
  ];
  await through(shop.database.ownerUrl, null, [`select set_config('burgee.reason', 'test', true)`], add);
  const move = through(shop.database.apiUrl, claimOf(shop.members.developer, 'ui'), [
    `update burgee.segment_member set segment_id = (select id from burgee.segment where key = 'free') where targeting_key = 'stays'`,
  ]);
  expect(await refusalOf(move)).toMatchObject({ code: 'NOT_ALLOWED_HERE' });
  const carry = through(shop.database.apiUrl, claimOf(shop.members.admin, 'ui'), [
    `update burgee.member_role set project_id = (select id from burgee.project where key = 'of-admin')
     where member_id = (select id from burgee.member where email like 'viewer@%')`,
  ]);
  expect(await refusalOf(carry)).toMatchObject({ code: 'NOT_ALLOWED_HERE' });
});
