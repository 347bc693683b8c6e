import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { eventually, freePort } from '@burgee/test/support';

const version = 'v2.12.0';

/** A way through toxiproxy that a fault can cut, slow down or make silent. */
export interface Link {
  readonly port: number;
  /** Breaks its connections and refuses new ones. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Adds a toxic in both directions, such as `latency` with `{ latency: 300 }`, or `timeout` with `{ timeout: 0 }`: connected and silent. */
  poison(type: string, attributes: Readonly<Record<string, number>>): Promise<void>;
  /** Takes all toxics away. */
  heal(): Promise<void>;
}

export interface Toxiproxy {
  link(name: string, to: { host?: string; port: number; listenOn?: string }): Promise<Link>;
  stop(): Promise<void>;
}

/**
 * Starts toxiproxy, installed at its first use into `cache`.
 *
 * @returns undefined: it cannot be had here, and one loud line says so
 */
export async function startToxiproxy(cache: string): Promise<Toxiproxy | undefined> {
  const binary = install(path.join(cache, `toxiproxy-${version}`));
  if (binary === undefined) return undefined;
  const port = await freePort();
  const child = spawn(binary, ['-host', '127.0.0.1', '-port', String(port)], { stdio: 'ignore' });
  const dismiss = () => child.kill('SIGKILL');
  process.once('exit', dismiss);
  const api = (method: string, at: string, body?: object) => ask(`http://127.0.0.1:${port}${at}`, method, body);
  await eventually(() => api('GET', '/version'), { timeoutMs: 10_000 });
  return {
    link: async (name, { host = '127.0.0.1', port: upstream, listenOn = '127.0.0.1' }) => {
      const taken = await freePort(listenOn);
      await api('POST', '/proxies', {
        name,
        listen: `${listenOn}:${taken}`,
        upstream: `${host}:${upstream}`,
        enabled: true,
      });
      return linkNamed(name, taken, api);
    },
    stop: async () => {
      process.off('exit', dismiss);
      await ended(child, dismiss);
    },
  };
}

type Api = (method: string, at: string, body?: object) => Promise<unknown>;

function linkNamed(name: string, port: number, api: Api): Link {
  const at = `/proxies/${name}`;
  const streams = ['upstream', 'downstream'];
  let poisons: string[] = [];
  return {
    port,
    cut: async () => void (await api('POST', at, { enabled: false })),
    mend: async () => void (await api('POST', at, { enabled: true })),
    poison: async (type, attributes) => {
      for (const stream of streams) {
        const toxic = `${type}-${stream}`;
        await api('POST', `${at}/toxics`, { name: toxic, type, stream, attributes });
        poisons.push(toxic);
      }
    },
    heal: async () => {
      for (const toxic of poisons) await api('DELETE', `${at}/toxics/${toxic}`);
      poisons = [];
    },
  };
}

async function ask(url: string, method: string, body?: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json', 'user-agent': 'burgee-faults', connection: 'close' };
  const response = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`toxiproxy ${method} ${url}: ${response.status} ${text}`);
  return text;
}

function install(folder: string): string | undefined {
  const binary = path.join(folder, 'server');
  if (existsSync(binary)) return binary;
  const fresh = path.join(folder, `new-${process.pid}`);
  mkdirSync(fresh, { recursive: true });
  const go = ['go', '/usr/local/go/bin/go'].find((candidate) => runs(candidate));
  try {
    if (go === undefined) throw new Error('there is no Go');
    const source = `github.com/Shopify/toxiproxy/v2/cmd/server@${version}`;
    execFileSync(go, ['install', source], { stdio: 'pipe', timeout: 120_000, env: { ...process.env, GOBIN: fresh } });
    renameSync(path.join(fresh, 'server'), binary);
    return binary;
  } catch (error) {
    process.stderr.write(`\nSKIPPED: toxiproxy ${version} cannot be had here (${(error as Error).message}).\n\n`);
    return undefined;
  }
}

function runs(program: string): boolean {
  try {
    execFileSync(program, ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function ended(child: ChildProcess, end: () => void): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    end();
  });
}
