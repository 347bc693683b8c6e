import { generateKeyPairSync } from 'node:crypto';
import { freePort, type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';
import { newApiKey } from './access/api-key.ts';
import type { KeyKind } from './access/credential.ts';
import type { Environment } from './config.ts';
import { type RunningApi, startApi } from './main.ts';

/** A flag as a test writes it; what is left out is as the tables make it. */
export interface TestFlag {
  readonly key: string;
  readonly type?: 'boolean' | 'string' | 'integer' | 'float' | 'object';
  readonly variants?: object;
  readonly clientVisible?: boolean;
  readonly metadata?: object;
  readonly enabled?: boolean;
  readonly off?: string | null;
  readonly rules?: readonly object[];
  readonly requires?: readonly object[];
  readonly default?: unknown;
  /** Of another system: its key may be of any letters. */
  readonly semantics?: string;
  readonly foreign?: object;
}

/** An api over a database of its own, with one environment and a key of each kind. */
export interface TestApi extends RunningApi {
  readonly database: ThrowawayDatabase;
  readonly projectId: string;
  readonly environmentId: string;
  readonly keys: Readonly<Record<KeyKind, string>>;
  readonly env: Environment;
  addFlag(flag: TestFlag): Promise<void>;
  post(path: string, options?: PostOptions): Promise<Response>;
}

interface PostOptions {
  readonly body?: unknown;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Starts the api over a throwaway database that already has `flags`. */
export async function startTestApi(
  flags: readonly TestFlag[] = [],
  { more = {}, urlOf }: { more?: Environment; urlOf?: (database: ThrowawayDatabase) => Promise<string> } = {},
): Promise<TestApi> {
  const database = await throwawayDatabase();
  const { projectId, environmentId, keys } = await environmentIn(database);
  const addFlag = (flag: TestFlag) => insertFlag(database, { projectId, environmentId }, flag);
  for (const flag of flags) await addFlag(flag);
  const env = await apiEnvironment((await urlOf?.(database)) ?? database.apiUrl, more);
  const api = await startApi(env);
  return {
    ...api,
    database,
    projectId,
    environmentId,
    keys,
    env,
    addFlag,
    post: (path, { body, key = keys.server, headers = {} } = {}) =>
      fetch(api.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    stop: async () => {
      await api.stop();
      await database.drop();
    },
  };
}

/** Adds a key and answers its text. */
export async function insertKey(database: ThrowawayDatabase, environmentId: string, kind: KeyKind): Promise<string> {
  const { text, hash, prefix } = newApiKey(kind, 'test');
  await database.sql(
    `insert into burgee.api_key (environment_id, kind, name, key_hash, key_prefix) values ($1, $2, $3, $4, $5)`,
    [environmentId, kind, `${kind} of the test`, hash, prefix],
  );
  return text;
}

/** Environment variables of an api for a test: a free port, no patience, no log. */
export async function apiEnvironment(databaseUrl: string, more: Environment = {}): Promise<Environment> {
  return {
    DATABASE_URL: databaseUrl,
    PORT: String(await freePort()),
    BURGEE_SIGNING_KEY: signingKey,
    BURGEE_DRAIN_MS: '0',
    BURGEE_LOG_LEVEL: process.env.BURGEE_TEST_LOG_LEVEL ?? 'silent',
    ...more,
  };
}

async function environmentIn(database: ThrowawayDatabase) {
  const [project] = await database.sql<{ id: string }>(
    `insert into burgee.project (key, name) values ('test', 'Test') returning id`,
  );
  const projectId = project?.id ?? '';
  const [environment] = await database.sql<{ id: string }>(
    `insert into burgee.environment (project_id, key, name) values ($1, 'test', 'Test') returning id`,
    [projectId],
  );
  const environmentId = environment?.id ?? '';
  const keys = {
    client: await insertKey(database, environmentId, 'client'),
    server: await insertKey(database, environmentId, 'server'),
    relay: await insertKey(database, environmentId, 'relay'),
  };
  return { projectId, environmentId, keys };
}

async function insertFlag(
  database: ThrowawayDatabase,
  where: { projectId: string; environmentId: string },
  flag: TestFlag,
): Promise<void> {
  const {
    type = 'boolean',
    variants = { on: true, off: false },
    clientVisible = false,
    metadata = {},
    semantics,
  } = flag;
  await database.sql(
    `insert into burgee.flag (project_id, key, value_type, variants, client_visible, metadata, origin)
     values ($1, $2, $3, $4, $5, $6, jsonb_build_object('reference', $7::text))`,
    [where.projectId, flag.key, type, JSON.stringify(variants), clientVisible, JSON.stringify(metadata), semantics],
  );
  await database.sql(
    `update burgee.flag_setting
     set enabled = $3, off_variant = $4, rules = $5, requires = $6, default_serve = $7, foreign_rule = $8
     from burgee.flag
     where flag.id = flag_id and flag.key = $1 and environment_id = $2`,
    [
      flag.key,
      where.environmentId,
      flag.enabled ?? true,
      flag.off === undefined ? (Object.keys(variants).at(-1) ?? null) : flag.off,
      flag.rules === undefined ? null : JSON.stringify(flag.rules),
      flag.requires === undefined ? null : JSON.stringify(flag.requires),
      JSON.stringify(flag.default === undefined ? (Object.keys(variants)[0] ?? null) : flag.default),
      flag.foreign === undefined ? null : JSON.stringify(flag.foreign),
    ],
  );
}

const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
}) as string;
