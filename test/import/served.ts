import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import path from 'node:path';
import { hashAccessToken, newAccessToken, newApiKey, startApi } from '@burgee/api';
import { freePort, seed, type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';

/** An api on the demo project, a server key of each environment that is asked for, and the command line signed in as its administrator. */
export interface Served {
  readonly url: string;
  readonly database: ThrowawayDatabase;
  keyOf(environment: string): Promise<string>;
  burgee(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }>;
  stop(): Promise<void>;
}

export async function serve(cacheDir: string): Promise<Served> {
  const database = await throwawayDatabase();
  await seed(database);
  const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  });
  const api = await startApi({
    DATABASE_URL: database.apiUrl,
    PORT: String(await freePort()),
    BURGEE_SIGNING_KEY: String(signingKey),
    BURGEE_DRAIN_MS: '0',
    BURGEE_LOG_LEVEL: 'silent',
  });
  const token = newAccessToken();
  await database.sql(
    `insert into burgee.access_token (member_id, kind, name, token_hash)
     select id, 'cli', 'test', $1 from burgee.member where email = 'ada@shop.example'`,
    [hashAccessToken(token)],
  );
  const env = { BURGEE_URL: api.url, BURGEE_TOKEN: token, BURGEE_PROJECT: 'shop', BURGEE_CACHE_DIR: cacheDir };
  return {
    url: api.url,
    database,
    burgee: (...args) => run(args, env),
    keyOf: async (environment) => {
      const { text, hash, prefix } = newApiKey('server', environment);
      await database.sql(
        `insert into burgee.api_key (environment_id, kind, name, key_hash, key_prefix)
         select id, 'server', 'test', $1, $2 from burgee.environment where key = $3`,
        [hash, prefix, environment],
      );
      return text;
    },
    stop: async () => {
      await api.stop();
      await database.drop();
    },
  };
}

const root = path.resolve(import.meta.dirname, '../..');

/** The command line as a process of its own, from its sources. */
function run(args: readonly string[], env: Readonly<Record<string, string>>) {
  const main = path.join(root, 'sdks/cli/src/main.ts');
  const child = spawn(process.execPath, ['--conditions=@burgee/source', main, ...args], {
    cwd: path.join(root, 'test/import/data'),
    env: { ...process.env, NODE_OPTIONS: '', ...env }, // npm's way to its registry stands in there
  });
  const written = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (written.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (written.err += chunk.toString()));
  return new Promise<{ code: number; out: string; err: string }>((resolve) =>
    child.on('close', (code) => resolve({ code: code ?? -1, ...written })),
  );
}
