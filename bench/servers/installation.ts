import { createHmac, generateKeyPairSync, hkdfSync } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../sdks/migrations/src/embedded.ts';
import { ensureLogins, up } from '../../sdks/migrations/src/index.ts';
import { newApiKey } from '../../services/api/src/access/api-key.ts';
import type { NeutralFlag } from '../evaluator/flags.ts';
import { flagRows } from './flag-rows.ts';

/** A Postgres with one environment for the bench, and what starts Burgee over it. */
export interface Installation {
  readonly postgresPid: number;
  /** Key of a server: reads decisions and rulesets. */
  readonly serverKey: string;
  readonly url: string;
  /** Environment variables of `burgee-server api`. */
  readonly env: Readonly<Record<string, string>>;
  /** `burgee-server`, built. */
  readonly program: string;
  /** What Node is told, as the image tells it. */
  readonly nodeOptions: readonly string[];
  /** An address that nudges, as OFREP's bulk answer names it; good for an hour at least. */
  eventsPath(): string;
  /** A fresh database that holds these flags and nothing else. */
  seed(flags: readonly NeutralFlag[]): Promise<void>;
  /** Makes one flag serve `on` or `off` to everybody, with a commit. */
  toggle(flagKey: string, isOn: boolean): Promise<void>;
  stop(): Promise<void>;
}

const root = path.resolve(import.meta.dirname, '../..');
const passwords = { owner: 'owner', api: 'api', hasura: 'hasura' };
const ids = {
  project: '00000000-0000-4000-8000-000000000001',
  environment: '00000000-0000-4000-8000-000000000002',
  key: '00000000-0000-4000-8000-000000000003',
} as const;

/** Starts the PostgreSQL that Burgee brings, with its stock settings, in a folder of its own. */
export async function install(folder: string, { port, program }: Place): Promise<Installation> {
  const snapshotDir = path.join(folder, 'snapshots');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(snapshotDir, { recursive: true });
  chmodSync(folder, 0o711); // root's server runs as another user
  const postgres = await startPostgres({ dataDir: path.join(folder, 'postgres'), password: 'admin' });
  const template = await ensureLogins(postgres.url, passwords, 'bench_template');
  await up({ databaseUrl: template.ownerUrl, directory: path.join(root, 'hasura/migrations/default') });
  const { ownerUrl, apiUrl } = await ensureLogins(postgres.url, passwords, 'bench');
  const key = newApiKey('server', 'bench');
  const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  });
  let writer: pg.Client | undefined;
  return {
    postgresPid: postgres.pid,
    serverKey: key.text,
    url: `http://127.0.0.1:${port}`,
    program: program ?? path.join(root, 'services/standalone/dist/server.js'),
    nodeOptions: ['--max-semi-space-size=8'],
    env: {
      NODE_ENV: 'production',
      DATABASE_URL: apiUrl,
      PORT: String(port),
      BURGEE_SIGNING_KEY: String(signingKey),
      BURGEE_SNAPSHOT_DIR: snapshotDir,
      BURGEE_LOG_LEVEL: 'warn',
      BURGEE_DRAIN_MS: '0',
      // a server that is saturated on purpose is late: what it would shed would be measured otherwise
      BURGEE_MAX_LAG_MS: '0',
    },
    eventsPath: () => `/ofrep/v1/events?token=${tokenNow(String(signingKey))}`,
    seed: async (flags) => {
      await writer?.end();
      writer = undefined;
      await withClient(postgres.url, async (admin) => {
        await admin.query('drop database if exists bench with (force)');
        await admin.query('create database bench owner burgee_owner template bench_template');
      });
      await ensureLogins(postgres.url, passwords, 'bench');
      await withClient(ownerUrl, async (owner) => {
        await owner.query('begin');
        await insertEnvironment(owner, key);
        await insertFlags(owner, flags);
        await owner.query('commit');
        await owner.query('analyze');
      });
    },
    toggle: async (flagKey, isOn) => {
      writer ??= await connected(ownerUrl);
      await switchFlag(writer, flagKey, isOn);
    },
    stop: postgres.stop,
  };
}

interface Place {
  readonly port: number;
  /** Default: the one of this repository. */
  readonly program?: string | undefined;
}

async function insertEnvironment(owner: pg.Client, key: ReturnType<typeof newApiKey>): Promise<void> {
  await owner.query(`insert into burgee.project (id, key, name) values ($1, 'bench', 'Bench')`, [ids.project]);
  await owner.query(`insert into burgee.environment (id, project_id, key, name) values ($1, $2, 'bench', 'Bench')`, [
    ids.environment,
    ids.project,
  ]);
  await owner.query(
    `insert into burgee.api_key (id, environment_id, kind, name, key_hash, key_prefix)
     values ($1, $2, 'server', 'bench', $3, $4)`,
    [ids.key, ids.environment, key.hash, key.prefix],
  );
}

async function insertFlags(owner: pg.Client, flags: readonly NeutralFlag[]): Promise<void> {
  const rows = JSON.stringify(flagRows(flags));
  await owner.query(
    `insert into burgee.flag (project_id, key, value_type, variants)
     select $1, key, value_type, variants
       from jsonb_to_recordset($2::jsonb) as given (key text, value_type text, variants jsonb)`,
    [ids.project, rows],
  );
  await owner.query(
    `update burgee.flag_setting
        set enabled = true, off_variant = given.off, rules = given.rules, default_serve = given.serve
       from burgee.flag
       join jsonb_to_recordset($2::jsonb) as given (key text, off text, rules jsonb, serve jsonb) using (key)
      where flag.id = flag_id
        and environment_id = $1`,
    [ids.environment, rows],
  );
}

async function switchFlag(owner: pg.Client, flagKey: string, isOn: boolean): Promise<void> {
  const { rowCount } = await owner.query(
    `update burgee.flag_setting
        set default_serve = to_jsonb($2::text),
            -- also where it says so already: whoever measures waits for a change
            salt = gen_random_uuid()::text
       from burgee.flag
      where flag.id = flag_id
        and flag.key = $1
        and environment_id = $3`,
    [flagKey, isOn ? 'on' : 'off', ids.environment],
  );
  if (rowCount !== 1) throw new Error(`there is no flag ${flagKey}`);
}

/** As the api makes it: `evaluation/event-token.store.ts`. */
function tokenNow(signingKey: string): string {
  const secret = Buffer.from(hkdfSync('sha256', signingKey.trim(), '', 'burgee event tokens', 32));
  const slot = Math.floor(Date.now() / 600_000);
  const mac = createHmac('sha256', secret).update(`${ids.environment}|${ids.key}|${slot}`).digest('base64url');
  return `${ids.key}.${slot.toString(36)}.${mac}`;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connected(url);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // also rejects the query that runs
  await client.connect();
  return client;
}
