import { readFileSync } from 'node:fs';

/** What the shop is told by its environment. */
export interface ShopConfig {
  readonly host: string;
  readonly port: number;
  /** Where this process finds Burgee. */
  readonly burgeeUrl: string;
  /** Where a shopper's browser finds it. */
  readonly publicBurgeeUrl: string;
  readonly serverKey: string;
  readonly clientKey: string;
  readonly cacheFile: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads `PORT`, `SHOP_HOST`, `BURGEE_URL`, `BURGEE_PUBLIC_URL`, `BURGEE_SERVER_KEY`, `BURGEE_CLIENT_KEY` and
 * `SHOP_CACHE_FILE`; each also as `X_FILE`, the path of a file that holds it.
 */
export function readShopConfig(env: Environment): ShopConfig {
  const burgeeUrl = read(env, 'BURGEE_URL') ?? 'http://127.0.0.1:4400';
  return Object.freeze({
    host: read(env, 'SHOP_HOST') ?? '127.0.0.1',
    port: portOf(read(env, 'PORT') ?? '4401'),
    burgeeUrl,
    publicBurgeeUrl: read(env, 'BURGEE_PUBLIC_URL') ?? burgeeUrl,
    serverKey: needed(env, 'BURGEE_SERVER_KEY'),
    clientKey: needed(env, 'BURGEE_CLIENT_KEY'),
    cacheFile: read(env, 'SHOP_CACHE_FILE'),
  });
}

function read(env: Environment, name: string): string | undefined {
  const file = env[`${name}_FILE`];
  return (file ? readFileSync(file, 'utf8').trim() : env[name]) || undefined;
}

function needed(env: Environment, name: string): string {
  const value = read(env, name);
  if (value === undefined) throw new Error(`${name} is missing: make a key in the admin, under Keys`);
  return value;
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`PORT is ${JSON.stringify(text)}: give a number from 0 to 65535`);
}
