import path from 'node:path';
import type { EnvironmentKeys } from './credentials.ts';
import { launchProgram, serverProgram, shopProgram } from './layout.ts';
import { openLog } from './logs.ts';
import { type Environment, setting, without } from './settings.ts';
import { type ChildOptions, type SupervisedChild, superviseChild } from './supervised-child.ts';

/** What every part is told. */
export interface PartOptions extends Pick<ChildOptions, 'onSpawn' | 'onCrash' | 'stopRequest'> {
  readonly dataDir: string;
  /** Ours; a part sees what is not the supervisor's own. */
  readonly env: Environment;
}

export interface ApiOptions extends PartOptions {
  readonly port: number;
  readonly apiUrl: string;
  readonly databaseUrl: string;
  readonly signingKey: string;
}

/** Starts `burgee-server all`: api and worker, with the admin inside. */
export function startApi(options: ApiOptions): Promise<SupervisedChild> {
  const { dataDir, port, apiUrl, databaseUrl, signingKey, ...part } = options;
  const otherwise = {
    BURGEE_SIGNING_KEY: signingKey,
    BURGEE_SNAPSHOT_DIR: path.join(dataDir, 'snapshots'),
    BURGEE_DRAIN_MS: '0', // no balancer has to notice
  };
  const defaults = Object.entries(otherwise).filter(([name]) => setting(options.env, name) === undefined);
  const env = {
    ...inherited(options.env),
    ...Object.fromEntries(defaults),
    DATABASE_URL: databaseUrl,
    PORT: String(port),
  };
  return superviseChild({
    ...part,
    name: 'api',
    // requests leave little behind: room for more of it would only be memory
    args: ['--max-semi-space-size=8', serverProgram, 'all'],
    env,
    logFile: openLog(dataDir, 'api'),
    isReady: async (said) =>
      said.length > 0 &&
      (await answers(`${apiUrl}/readyz`, (body) => (body as { service?: unknown }).service === 'burgee')),
  });
}

export interface ShopOptions extends PartOptions {
  readonly port: number;
  readonly url: string;
  readonly apiUrl: string;
  readonly keys: EnvironmentKeys;
}

/** Starts the example shop: storefront and GraphQL in one process. */
export function startShop({ dataDir, port, url, apiUrl, keys, ...part }: ShopOptions): Promise<SupervisedChild> {
  return superviseChild({
    ...part,
    name: 'shop',
    args: [launchProgram, shopProgram],
    env: {
      ...without(inherited(part.env), ['BURGEE_URL', 'BURGEE_SERVER_KEY', 'BURGEE_CLIENT_KEY', 'SHOP_CACHE_FILE']),
      PORT: String(port),
      BURGEE_URL: apiUrl,
      BURGEE_SERVER_KEY: keys.server,
      BURGEE_CLIENT_KEY: keys.client,
      SHOP_CACHE_FILE: path.join(dataDir, 'shop-ruleset.json'),
    },
    logFile: openLog(dataDir, 'shop'),
    // somebody else's server would not know our key
    isReady: () => answers(`${url}/config.json`, (body) => (body as { clientKey?: unknown }).clientKey === keys.client),
  });
}

function inherited(env: Environment): Environment {
  return without(env, ['DATABASE_URL', 'PORT', 'BURGEE_DATA_DIR', 'BURGEE_SHOP_PORT', 'BURGEE_ROLE']);
}

async function answers(url: string, isOurs: (body: unknown) => boolean): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    return answer.ok && isOurs(await answer.json());
  } catch {
    return false; // not yet
  }
}
