import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:net';
import type { Environment } from './config.ts';

/** Environment variables of an api for a test: a free port, no patience, no log. */
export async function apiEnvironment(databaseUrl: string, more: Environment = {}): Promise<Environment> {
  return {
    DATABASE_URL: databaseUrl,
    PORT: String(await freePort()),
    BURGEE_SIGNING_KEY: signingKey,
    BURGEE_DRAIN_MS: '0',
    BURGEE_LOG_LEVEL: 'silent',
    ...more,
  };
}

const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
}) as string;

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
