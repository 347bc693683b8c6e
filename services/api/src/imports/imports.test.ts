import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { managedShop, type Person } from '../graphql/graphql.support.ts';

let shop: Awaited<ReturnType<typeof managedShop>>;
beforeAll(async () => {
  shop = await managedShop();
});
afterAll(() => shop.stop());

const importing = `mutation ($input: ImportFlagsInput!) { importFlags(input: $input) {
  written created updated segments problems { key path message code } } }`;

let nr = 0;
beforeEach(() => {
  nr += 1;
});
const key = (name: string) => `${name}-${nr}`;

interface Imported {
  readonly flag: Record<string, unknown>;
  readonly kind?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
}

/** An Unleash feature that is on for half of the users of a segment. */
function feature(name: string, more: Record<string, unknown> = {}): Imported {
  return {
    flag: {
      key: name,
      enabled: true,
      type: 'boolean',
      variants: { on: true, off: false },
      off: 'off',
      default: 'off',
      semantics: 'unleash',
      rules: [{ id: 's1', rollout: { percent: 50, by: ['userId', 'sessionId', '$random'], seed: name }, serve: 'on' }],
      ...more,
    },
    kind: 'release',
    description: `about ${name}`,
    tags: ['unleash'],
  };
}

/** A flagd flag with one variant more than Burgee's own would need. */
function flagdFlag(name: string, foreign: Record<string, unknown> = {}, more: Record<string, unknown> = {}): Imported {
  const variants = { red: '#f00', blue: '#00f' };
  return {
    flag: {
      key: name,
      enabled: true,
      type: 'string',
      variants,
      off: null,
      default: null,
      semantics: 'flagd-2',
      foreign: { state: 'ENABLED', variants, defaultVariant: 'red', ...foreign },
      ...more,
    },
    kind: 'operational',
  };
}

function input(flags: readonly Imported[], more: Record<string, unknown> = {}) {
  const isFlagd = flags.some(({ flag }) => flag.semantics === 'flagd-2');
  const [format, reference] = isFlagd ? ['flagd', 'flagd-2'] : ['unleash', 'unleash'];
  const filled = flags.map((one) => ({ kind: 'release', ...one }));
  return { input: { project: 'shop', environment: 'staging', format, reference, flags: filled, ...more } };
}

const run = async (person: Person, flags: readonly Imported[], more: Record<string, unknown> = {}) =>
  (await shop.get(person, importing, input(flags, more))).importFlags;
const refusal = async (person: Person, flags: readonly Imported[], more: Record<string, unknown> = {}) =>
  (await shop.ask(person, importing, input(flags, more))).errors?.[0];

async function settingsOf(flag: string) {
  const rows = await shop.database.sql<{
    environment: string;
    enabled: boolean;
    semantics: string;
    rules: unknown;
    foreign_rule: unknown;
    revision: string;
  }>(
    `select environment.key as environment, enabled, semantics, rules, foreign_rule, setting.revision
     from burgee.flag_setting as setting
     join burgee.flag on flag.id = flag_id
     join burgee.environment on environment.id = environment_id
     where flag.key = $1 order by environment.position`,
    [flag],
  );
  return new Map(rows.map((row) => [row.environment, row]));
}

const versions = async () =>
  (
    await shop.database.sql<{ key: string; version: string }>(
      'select key, version from burgee.environment order by key',
    )
  ).map(({ key: name, version }) => [name, Number(version)] as const);

test('makes flags that decide in one environment and wait, with the same definition, in the others', async () => {
  const name = key('Checkout New');
  const result = await run('developer', [feature(name)]);
  expect(result).toEqual({ written: true, created: [name], updated: [], segments: [], problems: [] });
  const settings = await settingsOf(name);
  expect([...settings].map(([environment, { enabled }]) => [environment, enabled])).toEqual([
    ['development', false],
    ['staging', true],
    ['production', false],
  ]);
  for (const setting of settings.values()) {
    expect(setting).toMatchObject({ semantics: 'unleash', rules: settings.get('staging')?.rules });
  }
  const [flag] = await shop.database.sql('select origin, kind, description, tags from burgee.flag where key = $1', [
    name,
  ]);
  expect(flag).toEqual({
    origin: { format: 'unleash', reference: 'unleash', importedAt: expect.stringMatching(/^20.*Z$/) },
    kind: 'release',
    description: `about ${name}`,
    tags: ['unleash'],
  });
});

test('counts one version an environment, and audits every flag in the name of the member', async () => {
  const before = await versions();
  const names = [key('a'), key('b'), key('c')];
  await run(
    'developer',
    names.map((name) => feature(name)),
    { reason: 'moving' },
  );
  expect(await versions()).toEqual(before.map(([name, version]) => [name, version + 1]));
  for (const name of names) {
    expect(await shop.lastEntry(name)).toMatchObject({ actor: 'dev@shop.example', door: 'cli', reason: 'moving' });
  }
});

test('writes nothing in a dry run, and says what it would write', async () => {
  const before = await versions();
  const result = await run('developer', [feature(key('dry'))], { dryRun: true });
  expect(result).toMatchObject({ written: false, created: [key('dry')], problems: [] });
  expect(await versions()).toEqual(before);
  expect((await settingsOf(key('dry'))).size).toBe(0);
});

test('refuses all of it where one flag is wrong, and names every problem with its key and path', async () => {
  const wrong = feature(key('wrong'), { rules: [{ id: 's1', if: [{ attr: 'a', op: 'NO_SUCH', values: [] }] }] });
  const error = await refusal('developer', [feature(key('fine')), wrong, feature('new-checkout')]);
  expect(error?.extensions.code).toBe('IMPORT_REFUSED');
  expect(error?.extensions.problems).toEqual([
    {
      key: key('wrong'),
      path: 'rules[0].if[0].op',
      message: expect.stringMatching(/^unknown operator/),
      code: 'INVALID_FLAG',
    },
    { key: 'new-checkout', path: 'key', message: 'there is a flag new-checkout already', code: 'KEY_EXISTS' },
  ]);
  expect((await settingsOf(key('fine'))).size).toBe(0);
});

test('tells keys that are taken, twice in the file, or differ in case only, together', async () => {
  const name = key('twice');
  const { problems } = await run(
    'developer',
    [feature(name), feature(name), feature(name.toUpperCase()), feature('search-v2')],
    {
      dryRun: true,
    },
  );
  expect(problems.map(({ message, code }: { message: string; code: string }) => [code, message])).toEqual([
    ['KEY_EXISTS', `${name} is there twice`],
    ['KEY_EXISTS', `${name.toUpperCase()} and ${name} differ in case only`],
    ['KEY_EXISTS', 'there is a flag search-v2 already'],
  ]);
});

test('tells what only the database knows, flag by flag', async () => {
  const asking = (name: string) => feature(name, { requires: [{ flag: 'nobody', variants: ['on'] }] });
  const { problems } = await run('developer', [feature(key('x')), asking(key('y')), asking(key('z'))], {
    dryRun: true,
  });
  expect(problems).toEqual(
    [key('y'), key('z')].map((name) => ({
      key: name,
      path: '',
      message: 'unknown flag nobody in requires[0]',
      code: 'UNKNOWN_REFERENCE',
    })),
  );
});

test('refuses a definition of another system that does not compile, with the evaluator’s sentence', async () => {
  const { problems } = await run('developer', [flagdFlag(key('broken'), { defaultVariant: 'green' })], {
    dryRun: true,
  });
  expect(problems).toMatchObject([{ key: key('broken'), code: 'INVALID_FLAG', message: expect.any(String) }]);
});

test('refuses such a definition of a setting at once, and writes nothing of it', async () => {
  const name = key('broken');
  await run('developer', [flagdFlag(name)]);
  const { revision } = (await settingsOf(name)).get('staging') ?? {};
  const foreign = { state: 'ENABLED', variants: { red: '#f00' }, defaultVariant: 'green' };
  const place = { project: 'shop', environment: 'staging', key: name, revision, rules: [] };
  const targeting = 'mutation ($input: TargetFlagInput!) { targetFlag(input: $input) { revision } }';
  const { errors } = await shop.ask('developer', targeting, { input: { ...place, foreign } });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_FLAG', problems: [{ path: expect.any(String) }] });
  expect((await settingsOf(name)).get('staging')).toMatchObject({ revision, foreign_rule: { defaultVariant: 'red' } });
  const fine = { ...foreign, defaultVariant: 'red' };
  await shop.get('developer', targeting, { input: { ...place, foreign: fine } });
});

test('brings requirements between imported flags, whatever their order', async () => {
  const child = feature(key('child'), { requires: [{ flag: key('parent'), variants: ['on'] }] });
  expect((await run('developer', [child, feature(key('parent'))])).created).toHaveLength(2);
});

test('brings segments with their conditions and members, and those that they name', async () => {
  const condition = { attr: 'country', op: 'IN', values: ['NO', 'SE'] };
  const segments = [
    { segment: { key: key('outer'), semantics: 'unleash', if: [{ segment: key('inner') }] } },
    { segment: { key: key('inner'), semantics: 'unleash', if: [condition], include: ['ada'], exclude: ['bob'] } },
  ];
  const flags = [feature(key('seg'), { rules: [{ id: 's1', if: [{ segment: key('outer') }], serve: 'on' }] })];
  expect((await run('developer', flags, { segments })).segments).toEqual([key('inner'), key('outer')]);
  const rows = await shop.database.sql(
    'select burgee.wire_segment(segment) as wire from burgee.segment where key = $1',
    [key('inner')],
  );
  expect(rows[0]?.wire).toEqual(segments[1]?.segment);
  const again = [feature(key('seg-2'), { rules: flags[0]?.flag.rules })];
  expect((await run('developer', again, { segments })).segments).toEqual([]);
  const other = [{ segment: { key: key('inner'), semantics: 'unleash', if: [] } }];
  expect((await run('developer', [feature(key('seg-3'))], { segments: other, dryRun: true })).problems).toMatchObject([
    { key: key('inner'), code: 'KEY_EXISTS' },
  ]);
});

test('asks for the right and a reason where production would decide by it', async () => {
  const place = { environment: 'production' };
  expect((await refusal('developer', [feature(key('p'))], place))?.extensions.code).toBe('FORBIDDEN');
  expect((await refusal('product_owner', [feature(key('p'))], place))?.extensions.code).toBe('REASON_REQUIRED');
  await run('product_owner', [feature(key('p'))], { ...place, reason: 'moving' });
  expect((await settingsOf(key('p'))).get('production')?.enabled).toBe(true);
  expect((await refusal('viewer', [feature(key('q'))]))?.extensions.code).toBe('FORBIDDEN');
});

test('replaces what was imported from the same format, on request only', async () => {
  const name = key('again');
  await run('developer', [flagdFlag(name)]);
  const changed = flagdFlag(
    name,
    { variants: { blue: '#00f', green: '#0f0' }, defaultVariant: 'green' },
    {
      variants: { blue: '#00f', green: '#0f0' },
    },
  );
  expect((await refusal('developer', [changed]))?.extensions.problems).toMatchObject([{ code: 'KEY_EXISTS' }]);
  const result = await run('product_owner', [changed], { update: true, reason: 'newer file' });
  expect(result).toMatchObject({ created: [], updated: [name] });
  const [flag] = await shop.database.sql('select variants from burgee.flag where key = $1', [name]);
  expect(flag?.variants).toEqual({ blue: '#00f', green: '#0f0' });
  for (const setting of (await settingsOf(name)).values()) {
    expect(setting.foreign_rule).toMatchObject({ defaultVariant: 'green' });
  }
  const problems = await run('developer', [feature(name)], { update: true, dryRun: true });
  expect(problems.problems).toMatchObject([
    { code: 'KEY_EXISTS', message: expect.stringContaining('not imported from') },
  ]);
});

test('keeps an environment as it is where a flag was used, and the variants that it names', async () => {
  const name = key('used');
  await run('product_owner', [flagdFlag(name)], { environment: 'production', reason: 'moving' });
  const changed = flagdFlag(
    name,
    { variants: { green: '#0f0' }, defaultVariant: 'green' },
    { variants: { green: '#0f0' } },
  );
  await run('product_owner', [changed], { update: true, reason: 'another environment' });
  const settings = await settingsOf(name);
  expect(settings.get('production')?.foreign_rule).toMatchObject({ defaultVariant: 'red' });
  expect(settings.get('staging')?.foreign_rule).toMatchObject({ defaultVariant: 'green' });
  const [flag] = await shop.database.sql('select variants from burgee.flag where key = $1', [name]);
  expect(flag?.variants).toEqual({ red: '#f00', blue: '#00f', green: '#0f0' });
});

test('says what is no import at all', async () => {
  expect(await refusal('developer', [feature(key('n'))], { environment: 'nowhere' })).toMatchObject({
    extensions: { code: 'NOT_FOUND' },
  });
  expect(
    (await refusal('developer', [flagdFlag(key('o'))], { reference: 'flagd-1' }))?.extensions.problems,
  ).toMatchObject([{ path: 'semantics', message: 'follows flagd-2, and this import is of flagd-1' }]);
  expect((await refusal('developer', [{ flag: {} }]))?.extensions.problems).toContainEqual(
    expect.objectContaining({ key: 'flags[0]' }),
  );
});

test('has room for a large body at an address of its own, for members only', async () => {
  const post = (path: string, body: string, token?: string) =>
    fetch(shop.api.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body,
    });
  const flags = Array.from({ length: 30 }, (_, nth) => ({
    ...feature(key(`large-${nth}`)),
    flag: { ...feature(key(`large-${nth}`)).flag, metadata: { note: 'x'.repeat(1000) } },
    description: 'y'.repeat(5000),
    tags: Array.from({ length: 50 }, () => 'z'.repeat(50)),
  }));
  const many = Array.from({ length: 5 }, () => flags).flat();
  const large = JSON.stringify({ query: importing, variables: input(many, { dryRun: true }) });
  expect(large.length).toBeGreaterThan(1024 * 1024);
  expect((await post('/graphql', large, shop.tokens.developer)).status).toBe(413);
  const taken = await post('/graphql/import', large, shop.tokens.developer);
  expect(taken.status).toBe(200);
  expect(
    ((await taken.json()) as { data: { importFlags: { problems: object[] } } }).data.importFlags.problems,
  ).toHaveLength(120);
  expect((await post('/graphql/import', large)).status).toBe(401);
  const other = await post('/graphql/import', JSON.stringify({ query: '{ me { email } }' }), shop.tokens.developer);
  expect(other.status).toBe(400);
});

test('answers a stranger before its large body has come', async () => {
  const asked = request(`${shop.api.url}/graphql/import`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': 5_000_000, authorization: 'Bearer bgp_x' },
  });
  asked.on('error', () => undefined); // it is cut off
  asked.flushHeaders();
  const status = await new Promise((resolve) => asked.on('response', (response) => resolve(response.statusCode)));
  asked.destroy();
  expect(status).toBe(401);
});

test('gives the whole ruleset to whoever may develop', async () => {
  const query = '{ ruleset(project: "shop", environment: "staging") }';
  await run('developer', [feature(key('whole'))]);
  const { ruleset } = await shop.get('developer', query);
  expect(ruleset).toMatchObject({ format: 1, environment: 'staging', flags: { [key('whole')]: { enabled: true } } });
  expect(await shop.codeOf('viewer', query)).toBe('FORBIDDEN');
});
