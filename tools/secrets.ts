/** Makes the files in ./secrets that docker-compose.yml reads; those that are there stay as they are. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './workspace.ts';

const folder = path.join(root, 'secrets');
mkdirSync(folder, { recursive: true, mode: 0o700 });

const password = (): string => randomBytes(24).toString('base64url');
const postgres = keep('postgres_password', password());
const owner = keep('owner_password', password());
const api = keep('api_password', password());
const hasura = keep('hasura_password', password());
keep('admin_database_url', addressOf('burgee', postgres, 'postgres'));
keep('owner_database_url', addressOf('burgee_owner', owner, 'burgee'));
keep('api_database_url', addressOf('burgee_api', api, 'burgee'));
keep('hasura_database_url', addressOf('burgee_hasura', hasura, 'burgee'));
keep('hasura_metadata_database_url', addressOf('burgee_hasura', hasura, 'hasura'));
keep('hasura_admin_secret', password());
keep('signing_key', newSigningKey());
// the admin makes it, once there is an environment; a relay that is started before says that the file is empty
keep('relay_key', '');
console.log(`The secrets are in ${folder}. Keep them: the database knows the passwords from its first start.`);

/** The containers' user is not ours, and a bound file keeps its mode: the closed folder is what protects it. */
function keep(name: string, value: string): string {
  const file = path.join(folder, name);
  if (!existsSync(file)) writeFileSync(file, value, { mode: 0o444 });
  return readFileSync(file, 'utf8');
}

function addressOf(login: string, secret: string, database: string): string {
  return `postgres://${login}:${secret}@postgres:5432/${database}`;
}

function newSigningKey(): string {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
}
