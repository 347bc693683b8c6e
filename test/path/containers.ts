import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { ensureLogins, up } from '@burgee/migrations';
import pg from 'pg';
import { GenericContainer, Network, type StartedNetwork, type StartedTestContainer, Wait } from 'testcontainers';
import { demoSeedFile, metadataDirectory, migrationsDirectory } from '../support/paths.ts';
import { readSources } from './hasura-metadata.ts';

const images = { postgres: 'postgres:18-trixie', hasura: 'hasura/graphql-engine:v2.45.5' };
const adminSecret = 'a secret of this test alone, of 32 characters';
/** Until the product, which has passwords of its own, is started on this server. */
const passwords = { owner: 'owner', api: 'api', hasura: 'hasura' };

/** The official PostgreSQL, with our migrations and demo. */
export interface PostgresContainer {
  readonly network: StartedNetwork;
  /** Superuser's address of the database `burgee`. */
  readonly adminUrl: string;
  stop(): Promise<void>;
}

/** The official Hasura over it, with our metadata applied. */
export interface HasuraContainer {
  /** One operation as a member, the way a trusted backend asks on a person's behalf. */
  ask(query: string, variables: object, memberId: string): Promise<unknown>;
  stop(): Promise<void>;
}

/** Why the official images cannot be had here; undefined where they can. */
export async function whyNoContainers(): Promise<string | undefined> {
  const docker = (args: readonly string[], timeout: number) => promisify(execFile)('docker', [...args], { timeout });
  try {
    await docker(['info'], 10_000);
  } catch {
    return 'no Docker engine answers';
  }
  for (const image of Object.values(images)) {
    try {
      await docker(['pull', '--quiet', image], 180_000);
    } catch {
      return `the image ${image} cannot be pulled`;
    }
  }
  return undefined;
}

export async function startPostgresContainer(): Promise<PostgresContainer> {
  process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true'; // its own image may not be had; `stop` ends all that was started
  const network = await new Network().start();
  const container = await new GenericContainer(images.postgres)
    .withNetwork(network)
    .withNetworkAliases('postgres')
    .withEnvironment({ POSTGRES_PASSWORD: 'admin' })
    .withExposedPorts(5432)
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
    .start();
  const server = `postgres://postgres:admin@${container.getHost()}:${container.getMappedPort(5432)}`;
  const { ownerUrl } = await ensureLogins(`${server}/postgres`, passwords, 'burgee');
  await up({ databaseUrl: ownerUrl, directory: migrationsDirectory });
  await run(ownerUrl, await readFile(demoSeedFile, 'utf8'));
  return {
    network,
    adminUrl: `${server}/burgee`,
    stop: async () => {
      await container.stop();
      await network.stop();
    },
  };
}

/** @param password  of the login `burgee_hasura` */
export async function startHasuraContainer(
  { network, adminUrl }: PostgresContainer,
  password: string,
): Promise<HasuraContainer> {
  await run(adminUrl, 'create database hasura_metadata');
  const container = await new GenericContainer(images.hasura)
    .withNetwork(network)
    .withEnvironment({
      HASURA_GRAPHQL_METADATA_DATABASE_URL: 'postgres://postgres:admin@postgres:5432/hasura_metadata',
      BURGEE_DATABASE_URL: `postgres://burgee_hasura:${encodeURIComponent(password)}@postgres:5432/burgee`,
      HASURA_GRAPHQL_ADMIN_SECRET: adminSecret,
    })
    .withExposedPorts(8080)
    .withWaitStrategy(Wait.forHttp('/healthz', 8080))
    .start();
  const ask = askerOf(container);
  const sources = await readSources(path.join(metadataDirectory, 'databases/databases.yaml'));
  const args = { allow_inconsistent_metadata: false, metadata: { version: 3, sources } };
  await ask('/v1/metadata', { type: 'replace_metadata', version: 2, args });
  const roleOf = (memberId: string) => ({ 'x-hasura-role': 'burgee_member', 'x-hasura-burgee-member-id': memberId });
  return {
    ask: (query, variables, memberId) => ask('/v1/graphql', { query, variables }, roleOf(memberId)),
    stop: async () => void (await container.stop()),
  };
}

function askerOf(hasura: StartedTestContainer) {
  const address = `http://${hasura.getHost()}:${hasura.getMappedPort(8080)}`;
  return async (door: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    const answer = await fetch(address + door, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hasura-admin-secret': adminSecret, ...headers },
      body: JSON.stringify(body),
    });
    const result = (await answer.json()) as { errors?: unknown };
    if (!answer.ok || result.errors !== undefined) throw new Error(JSON.stringify(result));
    return result;
  };
}

async function run(connectionString: string, script: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(script);
  } finally {
    await client.end();
  }
}
