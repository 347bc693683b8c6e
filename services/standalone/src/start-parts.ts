import path from 'node:path';
import { ensureLogins, type LoginUrls } from '@burgee/migrations';
import type { Credentials } from './credentials.ts';
import { openGivenServer } from './database.ts';
import { StartError, Stopped } from './errors.ts';
import { type Installation, prepareInstallation } from './installation.ts';
import { openLog } from './logs.ts';
import { startApi, startShop } from './parts.ts';
import { freePortNear, isFree } from './ports.ts';
import type { Running } from './running-file.ts';
import { type Environment, type Settings, setting } from './settings.ts';
import { supervisePostgres } from './supervised-postgres.ts';

/** A process that runs until it is stopped. */
export interface Part {
  readonly pid: number;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly env: Environment;
  readonly stopRequest: AbortSignal;
  readonly say: (text: string) => void;
  readonly credentials: Credentials;
  /** Receives each part as soon as it runs; they are stopped in reverse. */
  readonly parts: Part[];
  /** Called with each process that must be gone before another supervisor may start. */
  readonly onSpawn: (pid: number) => void;
  /** Called when the server has a new number. */
  readonly onChange: () => void;
}

export interface Started {
  /** As it is now: the numbers of processes change when one is started again. */
  running(): Running;
  readonly setupLink: string | undefined;
}

/**
 * Starts database, api and shop, each when what it needs is ready.
 *
 * @throws Stopped when it shall stop before everything runs
 */
export async function startParts(settings: Settings, options: StartOptions): Promise<Started> {
  const { dataDir, port, publicUrl } = settings;
  const step = stepsOf(options);
  await refuseTakenPort(port, 'PORT');
  const server = await step('database', () => openServer(settings, options));
  const installation = await step('migrations', () =>
    prepareInstallation(server.urls, options.credentials, {
      ...{ dataDir, publicUrl: publicUrl ?? addressOf(port, options.env), demo: server.part !== undefined },
    }),
  );
  const common = { ...commonOf(options), dataDir, apiUrl: addressOf(port, options.env) };
  const { signingKey } = options.credentials;
  const api = await step('api and admin', () =>
    startApi({ ...common, port, databaseUrl: server.urls.apiUrl, signingKey }),
  );
  options.parts.push(api);
  const shop = await step('shop', () => startShopWith(installation, settings, { ...options, ...common }));
  const running = (): Running => ({
    api: common.apiUrl,
    admin: common.apiUrl,
    shop: shop?.url ?? null,
    shopApi: shop?.url ?? null,
    databaseUrl: server.urls.ownerUrl,
    accessToken: installation.accessToken,
    keys: installation.keys,
    pids: pidsOf({ api, shop: shop?.part, postgres: server.part }),
  });
  return { running, setupLink: installation.setupLink };
}

/** The embedded server, or the one that was given. */
async function openServer(
  { dataDir, databaseUrl }: Settings,
  options: StartOptions,
): Promise<{ urls: LoginUrls; part: Part | undefined }> {
  const { superuserPassword, passwords } = options.credentials;
  if (databaseUrl !== undefined) return { urls: await openGivenServer(databaseUrl, passwords), part: undefined };
  const part = await supervisePostgres({
    onCrash: commonOf(options).onCrash,
    onSpawn: options.onChange,
    dataDir: path.join(dataDir, 'postgres'),
    password: superuserPassword,
    logFile: openLog(dataDir, 'postgres'),
  });
  options.parts.push(part);
  return { urls: await ensureLogins(part.url, passwords), part };
}

type ShopStart = StartOptions & { readonly dataDir: string; readonly apiUrl: string };

/** The shop lives by the environment `production`; without one there is none. */
async function startShopWith(
  { keys }: Installation,
  { port, shopPort }: Settings,
  options: ShopStart,
): Promise<{ url: string; part: Part } | undefined> {
  const environmentKeys = keys.production;
  if (environmentKeys === undefined) return undefined;
  if (shopPort !== undefined) await refuseTakenPort(shopPort, 'BURGEE_SHOP_PORT');
  const chosen = shopPort ?? (await freePortNear(port + 1));
  const url = `http://127.0.0.1:${chosen}`;
  const { dataDir, apiUrl } = options;
  const part = await startShop({ ...commonOf(options), dataDir, apiUrl, port: chosen, url, keys: environmentKeys });
  options.parts.push(part);
  return { url, part };
}

async function refuseTakenPort(port: number, name: string): Promise<void> {
  if (await isFree(port)) return;
  const other = port < 65_000 ? port + 10 : port - 10;
  throw new StartError(
    `Port ${port} is taken by another program: stop that, or choose another port, such as ${name}=${other} npm start.`,
  );
}

function commonOf({ env, stopRequest, onSpawn, say }: StartOptions) {
  return { env, stopRequest, onSpawn, onCrash: (sentence: string) => say(`  ${sentence}`) };
}

/** Where this machine reaches what listens: a wildcard address means the loopback one, too. */
function addressOf(port: number, env: Environment): string {
  const host = setting(env, 'BURGEE_HOST') ?? '127.0.0.1';
  if (['0.0.0.0', '::', 'localhost'].includes(host)) return `http://127.0.0.1:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function pidsOf(parts: Readonly<Record<string, Part | undefined>>): Record<string, number> {
  const present = Object.entries(parts).flatMap(([name, part]) => (part === undefined ? [] : [[name, part.pid]]));
  return { supervisor: process.pid, ...Object.fromEntries(present) };
}

/** Does one step after another, says how long each took, and does none when everything shall stop. */
function stepsOf({ stopRequest, say }: StartOptions): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  return async (name, work) => {
    if (stopRequest.aborted) throw new Stopped();
    const startedAt = performance.now();
    const result = await work();
    say(`  ${name.padEnd(16)}${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s`);
    return result;
  };
}
