import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { ensureLogins, loginUrls, up } from '@burgee/migrations';
import { type KillablePostgres, killablePostgres, once } from './postgres.ts';
import { tree } from './replica.ts';
import { startToxiproxy, type Toxiproxy } from './toxiproxy.ts';
import { plant, type World, worldOf } from './world.ts';

/** What all faults of a run share: a server with a planted template, and toxiproxy. */
export interface Bed {
  readonly postgres: KillablePostgres;
  /** Undefined: it cannot be had here. */
  readonly toxiproxy: Toxiproxy | undefined;
  readonly world: World;
  /** A database of its own, planted; answers its addresses. */
  database(): Promise<Database>;
  remove(): Promise<void>;
}

export interface Database {
  readonly name: string;
  readonly ownerUrl: string;
  readonly apiUrl: string;
  readonly hasuraUrl: string;
  drop(): Promise<void>;
}

const passwords = { owner: 'owner', api: 'api', hasura: 'hasura' } as const;
const template = 'burgee_planted';
const cache = path.join(tree, 'node_modules/.cache/burgee');

export async function makeBed(flags: number): Promise<Bed> {
  mkdirSync(cache, { recursive: true });
  const toxiproxy = await startToxiproxy(cache);
  const postgres = await killablePostgres();
  const world = worldOf(flags);
  const { ownerUrl } = await ensureLogins(postgres.url, passwords, template);
  await up({ databaseUrl: ownerUrl, directory: path.join(tree, 'hasura/migrations/default') });
  await plant(ownerUrl, world);
  let made = 0;
  return {
    postgres,
    toxiproxy,
    world,
    database: async () => {
      made += 1;
      const name = `burgee_fault_${made}`;
      await once(postgres.url, `create database ${name} owner burgee_owner template ${template}`);
      // a copied sequence forgets in a crash what was taken from it since the last checkpoint
      await once(postgres.url, 'checkpoint');
      const drop = async () => void (await once(postgres.url, `drop database if exists ${name} with (force)`));
      return { name, ...loginUrls(postgres.url, passwords, name), drop };
    },
    remove: async () => {
      await toxiproxy?.stop();
      await postgres.remove();
    },
  };
}
