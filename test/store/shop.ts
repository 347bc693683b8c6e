import { type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';
import pg from 'pg';

export type Role = 'viewer' | 'developer' | 'product_owner' | 'admin';
export type Claim = Readonly<Record<string, string>>;

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly sqlstate: string;
  readonly problems: readonly { path: string; message: string }[];
}

/** A project with two environments and one member for each role, in a database of its own. */
export interface Shop {
  readonly database: ThrowawayDatabase;
  readonly projectId: string;
  readonly environments: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<Role, string>>;
  /** Writes a flag as the owner. */
  flag(key: string, columns?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Changes a setting as the owner; at a moment, when one is given. */
  target(key: string, environment: string, columns: Readonly<Record<string, unknown>>, at?: string): Promise<void>;
  setting(key: string, environment: string): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

export async function openShop(
  environments: Readonly<Record<string, boolean>> = { development: false, production: true },
): Promise<Shop> {
  const database = await throwawayDatabase();
  const [project] = await database.sql<{ id: string }>(
    `insert into burgee.project (key, name) values ('shop', 'Shop') returning id`,
  );
  const projectId = project!.id;
  const environmentIds: Record<string, string> = {};
  for (const [key, isProduction] of Object.entries(environments)) {
    const [environment] = await database.sql<{ id: string }>(
      'insert into burgee.environment (project_id, key, name, is_production) values ($1, $2, $2, $3) returning id',
      [projectId, key, isProduction],
    );
    environmentIds[key] = environment!.id;
  }
  return {
    database,
    projectId,
    environments: environmentIds,
    members: await addMembers(database, projectId),
    flag: (key, columns = {}) => addFlag(database, { project_id: projectId, key, owner: 'team', ...columns }),
    target: (key, environment, columns, at) => changeSetting(database, [key, environment], columns, at),
    setting: (key, environment) => readSetting(database, [key, environment]),
    stop: () => database.drop(),
  };
}

/** What Hasura and the API say of a member. */
export function claimOf(memberId: string, door?: string): Claim {
  const claim = { 'x-hasura-role': 'burgee_member', 'x-hasura-burgee-member-id': memberId };
  return door === undefined ? claim : { ...claim, 'x-burgee-door': door };
}

/** Runs statements in one transaction of a login, with a claim; undone where it fails. */
export async function through(
  url: string,
  claim: Claim | null,
  ...statements: readonly Statement[]
): Promise<pg.QueryResult[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin');
    if (claim !== null) await client.query(`select set_config('hasura.user', $1, true)`, [JSON.stringify(claim)]);
    const results: pg.QueryResult[] = [];
    for (const [text, values = []] of statements) results.push(await client.query(text, [...values]));
    await client.query('commit');
    return results;
  } finally {
    await client.end();
  }
}
export type Statement = readonly [text: string, values?: readonly unknown[]];

/** The refusal that a write met; fails where there was none. */
export async function refusalOf(write: Promise<unknown>): Promise<Refusal> {
  try {
    await write;
  } catch (error) {
    const { code: sqlstate = '', detail = '{}', message } = error as pg.DatabaseError;
    const { code = '', problems = [] } = detail.startsWith('{') ? JSON.parse(detail) : {};
    return { code, message, sqlstate, problems };
  }
  throw new Error('the write was not refused');
}

/** SQL that changes a setting, for any login. */
export function settingUpdate(key: string, environment: string, columns: Readonly<Record<string, unknown>>): Statement {
  const names = Object.keys(columns);
  return [
    `update burgee.flag_setting set ${names.map((name, index) => `${name} = $${index + 3}`).join(', ')}
     where flag_id = (select id from burgee.flag where key = $1)
       and environment_id = (select id from burgee.environment where key = $2)`,
    [key, environment, ...Object.values(columns).map(asParameter)],
  ];
}

async function addMembers(database: ThrowawayDatabase, projectId: string): Promise<Record<Role, string>> {
  const rows = await database.sql<{ id: string; role: Role }>(
    `with person as (
       insert into burgee.member (email, name)
       select role || '@shop.example', role from unnest(array['viewer', 'developer', 'product_owner', 'admin']) as role
       returning id, name)
     insert into burgee.member_role (member_id, project_id, role) select id, $1, name from person
     returning member_id as id, role`,
    [projectId],
  );
  return Object.fromEntries(rows.map(({ id, role }) => [role, id])) as Record<Role, string>;
}

async function addFlag(database: ThrowawayDatabase, columns: Readonly<Record<string, unknown>>): Promise<string> {
  const names = Object.keys(columns);
  const [flag] = await database.sql<{ id: string }>(
    `insert into burgee.flag (${names.join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')}) returning id`,
    Object.values(columns).map(asParameter),
  );
  return flag!.id;
}

async function changeSetting(
  database: ThrowawayDatabase,
  [key, environment]: readonly [string, string],
  columns: Readonly<Record<string, unknown>>,
  at?: string,
): Promise<void> {
  await through(
    database.ownerUrl,
    null,
    [`select set_config('burgee.now', $1, true), set_config('burgee.reason', 'test', true)`, [at ?? '']],
    settingUpdate(key, environment, columns),
  );
}

async function readSetting(
  database: ThrowawayDatabase,
  place: readonly [string, string],
): Promise<Record<string, unknown>> {
  const [row] = await database.sql(
    `select setting.* from burgee.flag_setting setting
     join burgee.flag on flag.id = setting.flag_id
     join burgee.environment on environment.id = setting.environment_id
     where flag.key = $1 and environment.key = $2`,
    place,
  );
  return row!;
}

// Objects and lists go as JSON, as every column that holds them does, but for text[] of tags.
function asParameter(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !(value instanceof Date) ? JSON.stringify(value) : value;
}
