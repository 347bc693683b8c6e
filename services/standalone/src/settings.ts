import { readFileSync } from 'node:fs';
import path from 'node:path';
import { StartError } from './errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What `npm start` is told from outside. */
export interface Settings {
  /** Folder of everything that persists. */
  readonly dataDir: string;
  readonly port: number;
  /** undefined: the port after `port`, or any free one. */
  readonly shopPort: number | undefined;
  /** undefined: the embedded server. */
  readonly databaseUrl: string | undefined;
  /** Where browsers reach the api; undefined: its own address. */
  readonly publicUrl: string | undefined;
}

/**
 * Reads the settings of the supervisor; all others go on to the api as they are.
 *
 * @throws StartError with exit code 78 and a sentence that shows no secret
 */
export function readSettings(env: Environment, cwd: string): Settings {
  return {
    dataDir: path.resolve(cwd, setting(env, 'BURGEE_DATA_DIR') ?? '.burgee'),
    port: portOf(env, 'PORT') ?? 4400,
    shopPort: portOf(env, 'BURGEE_SHOP_PORT'),
    databaseUrl: databaseUrlOf(env),
    publicUrl: setting(env, 'BURGEE_PUBLIC_URL'),
  };
}

/** One setting, given as `NAME` or by a file named in `NAME_FILE`; blank is absent. */
export function setting(env: Environment, name: string): string | undefined {
  const direct = blankless(env[name]);
  const file = blankless(env[`${name}_FILE`]);
  if (file === undefined) return direct;
  if (direct !== undefined) throw wrong(`${name} and ${name}_FILE are both set: keep one.`);
  try {
    const content = blankless(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
    if (content !== undefined) return content;
  } catch (cause) {
    throw wrong(`${name}_FILE cannot be read: ${file} (${(cause as NodeJS.ErrnoException).code}).`, cause);
  }
  throw wrong(`${name}_FILE names an empty file: ${file}.`);
}

/** The environment without some settings, in both of their forms. */
export function without(env: Environment, names: readonly string[]): Environment {
  const gone = new Set(names.flatMap((name) => [name, `${name}_FILE`]));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !gone.has(name)));
}

function portOf(env: Environment, name: string): number | undefined {
  const given = setting(env, name);
  if (given === undefined) return undefined;
  const port = /^\d{1,5}$/.test(given) ? Number(given) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw wrong(`${name} must be a whole number from 1 to 65535, not "${given}".`);
}

function databaseUrlOf(env: Environment): string | undefined {
  const given = setting(env, 'DATABASE_URL');
  const url = given === undefined ? undefined : URL.parse(given);
  if (given === undefined) return undefined;
  const named =
    url && ['postgres:', 'postgresql:'].includes(url.protocol) && url.hostname !== '' && url.pathname.length > 1;
  if (named) return given;
  throw wrong('DATABASE_URL is not a Postgres address: give it as postgres://user:password@host:5432/database.');
}

function blankless(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}

function wrong(sentence: string, cause?: unknown): StartError {
  return new StartError(sentence, { exitCode: 78, cause });
}
