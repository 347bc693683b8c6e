import { generateKeyPairSync } from 'node:crypto';
import { newApiKey, type RunningApi, startApi } from '@burgee/api';
import { freePort, seed, type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';

/** The demo's production environment behind a real api over real Postgres. */
export interface DemoApi extends AsyncDisposable {
  readonly url: string;
  readonly database: ThrowawayDatabase;
  readonly clientKey: string;
  readonly serverKey: string;
  /** Changes settings of a flag in production, as psql does. */
  change(flagKey: string, set: string): Promise<void>;
  stopApi(): Promise<void>;
  /** Over the same database, at the same address. */
  restartApi(): Promise<void>;
}

export async function startDemoApi(): Promise<DemoApi> {
  const database = await throwawayDatabase();
  await seed(database);
  const env = {
    DATABASE_URL: database.apiUrl,
    PORT: String(await freePort()),
    BURGEE_SIGNING_KEY: signingKey,
    BURGEE_ROLE: 'api',
    BURGEE_DRAIN_MS: '0',
    BURGEE_LOG_LEVEL: 'silent',
  };
  let api: RunningApi = await startApi(env);
  return {
    url: api.url,
    database,
    clientKey: await insertKey(database, 'client'),
    serverKey: await insertKey(database, 'server'),
    async change(flagKey, set) {
      await database.sql(
        `update burgee.flag_setting set ${set}, change_reason = 'a test'
         from burgee.flag, burgee.environment
         where flag.id = flag_id and environment.id = environment_id and flag.key = $1 and environment.key = 'production'`,
        [flagKey],
      );
    },
    stopApi: () => api.stop(),
    async restartApi() {
      api = await startApi(env);
    },
    async [Symbol.asyncDispose]() {
      await api.stop();
      await database.drop();
    },
  };
}

async function insertKey(database: ThrowawayDatabase, kind: 'client' | 'server'): Promise<string> {
  const { text, hash, prefix } = newApiKey(kind, 'production');
  await database.sql(
    `insert into burgee.api_key (environment_id, kind, name, key_hash, key_prefix)
     select id, $1, $2, $3, $4 from burgee.environment where key = 'production'`,
    [kind, `${kind} of the test`, hash, prefix],
  );
  return text;
}

const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
}) as string;
