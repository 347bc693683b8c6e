import { generateKeyPairSync, randomBytes } from 'node:crypto';
import path from 'node:path';
import type { LoginPasswords } from '@burgee/migrations';
import { StartError } from './errors.ts';
import { readPrivateText, writePrivateFile } from './private-file.ts';

/** Secrets of one data directory, made once; the database holds only what it needs to recognise them. */
export interface Credentials {
  /** Of the embedded server's superuser. */
  readonly superuserPassword: string;
  readonly passwords: LoginPasswords;
  /** P-256, PKCS8 PEM: signs the tokens of members. */
  readonly signingKey: string;
  readonly accessToken: string | undefined;
  /** API keys by environment. */
  readonly keys: Readonly<Record<string, EnvironmentKeys>>;
}

export interface EnvironmentKeys {
  readonly client: string;
  readonly server: string;
}

/**
 * Reads `credentials.json`, or makes it.
 *
 * @throws StartError when it is there and broken: new secrets would lock us out of the database
 */
export function openCredentials(dataDir: string): Credentials {
  const text = readPrivateText(fileIn(dataDir));
  if (text === undefined) {
    const made = newCredentials();
    saveCredentials(dataDir, made);
    return made;
  }
  try {
    return JSON.parse(text) as Credentials;
  } catch (cause) {
    throw new StartError(`${fileIn(dataDir)} is broken: bring it back from a copy, or use another BURGEE_DATA_DIR.`, {
      cause,
    });
  }
}

export function saveCredentials(dataDir: string, credentials: Credentials): void {
  writePrivateFile(fileIn(dataDir), `${JSON.stringify(credentials, null, 2)}\n`);
}

function fileIn(dataDir: string): string {
  return path.join(dataDir, 'credentials.json');
}

function newCredentials(): Credentials {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const password = () => randomBytes(24).toString('base64url');
  return {
    superuserPassword: password(),
    passwords: { owner: password(), api: password(), hasura: password() },
    signingKey: privateKey,
    accessToken: undefined,
    keys: {},
  };
}
