import { hash, verify } from '@node-rs/argon2';
import { BurgeeError } from '../errors.ts';

/** Argon2id with OWASP's parameters: 19 MiB, two passes. */
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Compared with when nobody has the e-mail given, so that both answers take the same work. */
const nobodysHash = hash('no member has this password', options);

/** Hashes a new password, refusing one that is too short to be safe or too long to be one. */
export async function hashPassword(password: string): Promise<string> {
  if (password.length < 8 || Buffer.byteLength(password) > 1024) {
    throw new BurgeeError('BAD_INPUT', 'a password must be 8 to 1,024 characters', {
      fix: 'Choose a longer password: a few words are easy to remember.',
    });
  }
  return hash(password, options);
}

/** True when the password belongs to the hash; without a hash it works as long and is false. */
export async function isPassword(password: string, passwordHash: string | undefined): Promise<boolean> {
  const isSame = await verify(passwordHash ?? (await nobodysHash), password.slice(0, 1024));
  return isSame && passwordHash !== undefined;
}
