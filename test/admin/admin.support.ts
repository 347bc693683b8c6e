import { execFile } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, globSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startApi } from '@burgee/api';
import { freePort, seed, type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';

/** A real api over a database of its own with the demo in it, which serves the built admin. */
export interface RunningAdmin {
  readonly url: string;
  readonly database: ThrowawayDatabase;
  /** Path of the page where the first administrator is made. */
  readonly setupPath: string;
  stop(): Promise<void>;
}

export async function startAdmin(): Promise<RunningAdmin> {
  const database = await throwawayDatabase();
  await seed(database);
  const setupToken = randomBytes(32).toString('base64url');
  const hash = createHash('sha256').update(setupToken).digest();
  await database.sql(`select burgee.create_setup_link($1, now() + interval '1 hour')`, [hash]);
  const port = await freePort();
  const api = await startApi({
    DATABASE_URL: database.apiUrl,
    PORT: String(port),
    BURGEE_SIGNING_KEY: signingKey,
    BURGEE_ADMIN_DIR: await builtAdmin(),
    BURGEE_ROLE: 'api',
    BURGEE_DRAIN_MS: '0',
    BURGEE_LOG_LEVEL: process.env.BURGEE_TEST_LOG_LEVEL ?? 'silent',
  });
  return {
    url: api.url,
    database,
    setupPath: `/#/setup?token=${setupToken}`,
    stop: async () => {
      await api.stop();
      await database.drop();
    },
  };
}

/** Builds the admin once for the sources as they are; whoever comes later finds it. */
async function builtAdmin(): Promise<string> {
  const own = ['src/**/*', 'public/*', 'index.html', 'vite.config.ts'];
  const sources = globSync([...own, '../../sdks/{evaluator,importers}/src/**/*.ts'], { cwd: adminRoot });
  const newest = Math.max(...sources.map((file) => statSync(join(adminRoot, file)).mtimeMs));
  const folder = join(tmpdir(), `burgee-admin-${Math.trunc(newest)}-${sources.length}`);
  if (existsSync(folder)) return folder;
  const fresh = mkdtempSync(join(tmpdir(), 'burgee-admin-build-'));
  const vite = join(adminRoot, 'node_modules/vite/bin/vite.js');
  await promisify(execFile)(process.execPath, [vite, 'build', '--outDir', fresh, '--emptyOutDir'], { cwd: adminRoot });
  if (existsSync(folder)) rmSync(fresh, { recursive: true });
  else renameSync(fresh, folder);
  return folder;
}

const adminRoot = fileURLToPath(new URL('.', import.meta.resolve('@burgee/admin/package.json')));

const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
}) as string;
