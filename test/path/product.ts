import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { build, freePorts, type Running, startBurgee, untilRunning } from '../start/burgee-process.ts';

/** The whole product as `npm start` runs it, on free ports and with data of its own. */
export interface Product extends Running {
  readonly shop: string;
  readonly shopApi: string;
  /** Runs statements in one transaction as the owner of the schema, as somebody with psql would. */
  asOwner(...statements: readonly string[]): Promise<void>;
  rows<T extends object>(text: string, values?: readonly unknown[]): Promise<T[]>;
  /** Password of the login that Hasura uses. */
  hasuraPassword(): string;
  stop(): Promise<void>;
}

export async function startProduct(more: Readonly<Record<string, string>> = {}): Promise<Product> {
  await build();
  const dataDir = mkdtempSync(path.join(tmpdir(), 'burgee-path-'));
  const port = await freePorts();
  const env = { BURGEE_DATA_DIR: dataDir, PORT: `${port}`, BURGEE_SHOP_PORT: `${port + 1}`, ...more };
  const supervisor = startBurgee(env);
  const running = await untilRunning(supervisor, dataDir);
  const { shop, shopApi } = running;
  if (shop === null || shopApi === null) throw new Error('there is no shop to look at');
  return {
    ...running,
    shop,
    shopApi,
    asOwner: (...statements) => withClient(running.databaseUrl, (client) => inTransaction(client, statements)),
    rows: (text, values = []) =>
      withClient(running.databaseUrl, async (client) => (await client.query(text, [...values])).rows),
    hasuraPassword: () => JSON.parse(readFileSync(path.join(dataDir, 'credentials.json'), 'utf8')).passwords.hasura,
    stop: async () => {
      supervisor.child.kill('SIGTERM');
      await supervisor.ended;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined); // the tests kill the server
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function inTransaction(client: pg.Client, statements: readonly string[]): Promise<void> {
  await client.query('begin');
  for (const statement of statements) await client.query(statement);
  await client.query('commit');
}
