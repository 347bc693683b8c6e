import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CliError, exitCodes } from './errors.ts';
import { type Shell, variable } from './shell.ts';

/** A Burgee server, and the access token for it. */
export interface Connection {
  readonly url: string;
  readonly token: string;
}

/** The server of BURGEE_URL and BURGEE_TOKEN, or the one that `npm start` runs here. */
export function findServer(shell: Shell): Connection {
  const url = variable(shell, 'BURGEE_URL');
  const token = variable(shell, 'BURGEE_TOKEN');
  if (url !== undefined && token !== undefined) return { url: url.replace(/\/+$/, ''), token };
  const running = url === undefined && token === undefined ? findRunning(shell) : undefined;
  if (running !== undefined) return { url: running.api, token: running.accessToken };
  throw new CliError('NO_SERVER', url === undefined ? 'no Burgee server is known here' : 'BURGEE_TOKEN is missing', {
    fix: 'Give BURGEE_URL and BURGEE_TOKEN (an access token from the admin, under your name), or run `npm start`.',
    exitCode: exitCodes.usage,
  });
}

/** The database of DATABASE_URL, or of what `npm start` runs here; logged in as its owner. */
export function findDatabase(shell: Shell): string {
  const url = variable(shell, 'DATABASE_URL') ?? findRunning(shell)?.databaseUrl;
  if (url !== undefined) return url;
  throw new CliError('NO_DATABASE', 'no database is known here', {
    fix: 'Give DATABASE_URL (the login burgee_owner), or run `npm start`.',
    exitCode: exitCodes.usage,
  });
}

interface Running {
  readonly api: string;
  readonly accessToken: string;
  readonly databaseUrl: string;
}

function findRunning(shell: Shell): Running | undefined {
  const file = findUpwards(shell.cwd, path.join(variable(shell, 'BURGEE_DATA_DIR') ?? '.burgee', 'running.json'));
  return file === undefined ? undefined : (JSON.parse(readFileSync(file, 'utf8')) as Running);
}

/** The first folder, going up, that holds a path; its full path. */
export function findUpwards(from: string, wanted: string): string | undefined {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const found = path.resolve(folder, wanted);
    if (existsSync(found)) return found;
    if (folder === path.dirname(folder)) return undefined;
  }
}
