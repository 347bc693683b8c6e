import { rmSync } from 'node:fs';
import path from 'node:path';
import type { EnvironmentKeys } from './credentials.ts';
import { readPrivateJson, writePrivateFile } from './private-file.ts';

/** `running.json`: tells programs what is where while everything runs. */
export interface Running {
  readonly api: string;
  readonly admin: string;
  /** null: there is no environment for the shop to live by. */
  readonly shop: string | null;
  readonly shopApi: string | null;
  /** Logs in as burgee_owner. */
  readonly databaseUrl: string;
  readonly accessToken: string;
  readonly keys: Readonly<Record<string, EnvironmentKeys>>;
  readonly pids: Readonly<Record<string, number>>;
}

export function runningFileIn(dataDir: string): string {
  return path.join(dataDir, 'running.json');
}

export function writeRunning(dataDir: string, running: Running): void {
  writePrivateFile(runningFileIn(dataDir), `${JSON.stringify(running, null, 2)}\n`);
}

export function readRunning(dataDir: string): Running | undefined {
  return readPrivateJson<Running>(runningFileIn(dataDir));
}

export function removeRunning(dataDir: string): void {
  rmSync(runningFileIn(dataDir), { force: true });
}
