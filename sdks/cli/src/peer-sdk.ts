import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { SemanticsName } from '@burgee/evaluator';
import type { ImportFormat } from '@burgee/importers';
import { CliError, exitCodes } from './errors.ts';
import { type Shell, variable } from './shell.ts';

/** Another system's own SDK, at the version that proofs are made with. */
export interface PeerSdk {
  readonly name: string;
  readonly version: string;
  /** What has to be installed beside it. */
  readonly beside: readonly string[];
  /** Whose decisions it makes. */
  readonly reference: SemanticsName;
}

export const peerSdks: Readonly<Record<ImportFormat, PeerSdk>> = {
  unleash: { name: 'unleash-client', version: '6.12.1', beside: [], reference: 'unleash-node' },
  growthbook: { name: '@growthbook/growthbook', version: '1.8.0', beside: [], reference: 'growthbook-1' },
  flagd: {
    name: '@openfeature/flagd-core',
    version: '4.0.1',
    beside: ['@openfeature/core@1.12.0'],
    reference: 'flagd-2',
  },
};

/** The folder that has the SDK in its `node_modules`; npm brings it there once. */
export async function installPeer(shell: Shell, sdk: PeerSdk): Promise<string> {
  const folder = path.join(cacheDir(shell), 'peers', `${sdk.name}@${sdk.version}`);
  if (existsSync(path.join(folder, 'node_modules', sdk.name, 'package.json'))) return folder;
  await mkdir(path.dirname(folder), { recursive: true });
  const draft = await mkdtemp(`${folder}-`);
  try {
    await writeFile(path.join(draft, 'package.json'), '{"private":true}\n');
    shell.complain(`Installing ${sdk.name} ${sdk.version} into ${folder}, once …`);
    await npmInstall(sdk, draft);
    await rm(folder, { recursive: true, force: true });
    // whoever was faster put the same there
    await rename(draft, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
    return folder;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Where Burgee keeps what it can fetch again. */
function cacheDir(shell: Shell): string {
  const given = variable(shell, 'BURGEE_CACHE_DIR');
  return given === undefined ? path.join(os.homedir(), '.cache', 'burgee') : path.resolve(shell.cwd, given);
}

const installWithinMs = 180_000;

async function npmInstall({ name, version, beside }: PeerSdk, folder: string): Promise<void> {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  const impatient = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=60000'];
  const args = ['install', '--prefix', folder, ...quiet, ...impatient, `${name}@${version}`, ...beside];
  const { code, said } = await new Promise<{ code: number | null; said: string }>((resolve) => {
    const npm = spawn('npm', args, {
      cwd: folder,
      env: withoutSecrets(process.env),
      shell: process.platform === 'win32',
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: installWithinMs,
    });
    let text = '';
    npm.stderr.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-4000);
    });
    npm.on('error', (error) => resolve({ code: null, said: error.message }));
    npm.on('close', (exit) => resolve({ code: exit, said: text }));
  });
  if (code === 0) return;
  const line = said.split('\n').find((one) => one.trim() !== '') ?? 'npm gave up';
  throw new CliError('NO_PEER', `${name} ${version} could not be installed: ${line.trim()}`, {
    fix: 'A proof asks the other system’s own SDK. Give npm a way to its registry, or set BURGEE_CACHE_DIR to a folder that has it.',
    exitCode: exitCodes.unreachable,
  });
}

/** npm gets its own configuration, and nothing that opens Burgee. */
function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(BURGEE_|DATABASE_)/.test(name)));
}
