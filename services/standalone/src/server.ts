#!/usr/bin/env node
/** `burgee-server`: the api, the worker, both or a relay as a process of its own, and the jobs that prepare things for them. */
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { loadDemo } from './demo.ts';
import { report } from './errors.ts';
import { checkHealth } from './health-check.ts';
import { findAdmin } from './layout.ts';
import { onStop } from './lifeline.ts';
import { migrate, printSetupLink } from './migrate.ts';
import { setting } from './settings.ts';

const usage = `Usage: burgee-server <command>

  all         api and worker in one process
  api         the doors, stateless; any number of them
  worker      the jobs; safe to run many
  relay       follows another Burgee (BURGEE_UPSTREAM_URL, BURGEE_RELAY_KEY), without a database
  migrate     make the logins (where their passwords are given) and apply hasura/migrations
  pull        save what a relay would serve into BURGEE_SNAPSHOT_DIR, and end
  demo        load the demo into an empty database, and write its keys into BURGEE_DATA_DIR
  setup-link  print the one-time link for the first administrator
  health      exit 0 when the server of this container is ready

Settings come from DATABASE_URL (not for a relay), PORT and BURGEE_*, each also as NAME_FILE.
Exit codes: 0 done, 1 failed, 2 usage, 78 a setting is wrong.`;

const commands: Readonly<Record<string, () => Promise<void>>> = {
  all: () => serve('all'),
  api: () => serve('api'),
  worker: () => serve('worker'),
  relay: () => serve('relay'),
  pull,
  migrate: () => migrate(process.env),
  demo: () => loadDemo(process.env),
  'setup-link': () => printSetupLink(process.env),
  health: () => checkHealth(process.env),
};

const command = commands[process.argv[2] ?? ''];
if (command === undefined) {
  console.error(usage);
  process.exitCode = 2;
} else {
  await command().catch((error: unknown) => process.exit(report(error)));
}

async function serve(role: 'all' | 'api' | 'worker' | 'relay'): Promise<void> {
  keepCompiledCode(process.env);
  const { startApi } = await import('@burgee/api');
  const { BURGEE_ROLE_FILE: _, ...env } = process.env;
  const needsAdmin = role !== 'relay' && setting(env, 'BURGEE_ADMIN_DIR') === undefined;
  const adminDir = needsAdmin ? { BURGEE_ADMIN_DIR: findAdmin() } : {};
  const api = await startApi({ ...env, ...adminDir, BURGEE_ROLE: role });
  process.send?.({ listening: api.url });
  onStop(() => {
    const limit = setTimeout(() => process.exit(1), stopWithinMs);
    limit.unref();
    void api.stop().then(
      () => process.exit(0),
      (error: unknown) => process.exit(report(error)),
    );
  });
}

/** A start that finds its code compiled takes a sixth less; kept beside the snapshots, where nobody else writes. */
function keepCompiledCode(env: NodeJS.ProcessEnv): void {
  const folder = setting(env, 'BURGEE_SNAPSHOT_DIR');
  if (folder !== undefined && env.NODE_COMPILE_CACHE === undefined) enableCompileCache(path.join(folder, 'compiled'));
}

async function pull(): Promise<void> {
  const { pullSnapshots } = await import('@burgee/api');
  const { BURGEE_ROLE_FILE: _, ...env } = process.env;
  const environments = await pullSnapshots({ ...env, BURGEE_ROLE: 'relay' });
  console.log(`Saved: ${environments.join(', ')}.`);
}

/** Longer than the longest drain that the api accepts, plus its last requests. */
const stopWithinMs = 310_000;
