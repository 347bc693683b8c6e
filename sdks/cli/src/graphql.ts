import { type Connection, findServer } from './connection.ts';
import { CliError, exitCodes } from './errors.ts';
import { type Shell, variable, visible } from './shell.ts';

/** Asks the management door one question and returns its data. */
export async function ask<T>(
  shell: Shell,
  query: string,
  variables: Readonly<Record<string, unknown>>,
  door: DoorOf = usual,
): Promise<T> {
  const server = findServer(shell);
  const answer = await post(server, door, JSON.stringify({ query, variables }));
  const body = (await answer.json().catch(() => undefined)) as GraphqlAnswer<T> | undefined;
  const [error] = body?.errors ?? [];
  if (error !== undefined) throw refused(error);
  if (answer.ok && body?.data) return body.data;
  if (answer.status === 401)
    throw refused({ message: 'the access token is not known there', extensions: { code: 'UNAUTHORIZED' } });
  throw new CliError('UNAVAILABLE', `${server.url} answers ${answer.status}${answer.ok ? ' without data' : ''}`, {
    fix: 'Is it Burgee that listens there?',
    exitCode: exitCodes.unreachable,
  });
}

/** The project that is meant: the one given, or the only one. */
export async function projectOf(shell: Shell, given: string | undefined): Promise<string> {
  const project = given ?? variable(shell, 'BURGEE_PROJECT');
  if (project !== undefined) return project;
  const { projects } = await ask<{ projects: { key: string }[] }>(shell, 'query { projects { key } }', {});
  if (projects.length === 1 && projects[0] !== undefined) return projects[0].key;
  const keys = projects.map(({ key }) => key).join(', ');
  throw new CliError('WHICH_PROJECT', keys === '' ? 'you are in no project' : `there are several projects: ${keys}`, {
    fix: keys === '' ? 'Ask an administrator for a role.' : 'Name one with --project.',
    exitCode: exitCodes.usage,
  });
}

interface DoorOf {
  readonly path: string;
  readonly timeoutMs: number;
}

const usual: DoorOf = { path: '/graphql', timeoutMs: 30_000 };

interface GraphqlAnswer<T> {
  readonly data?: T | null;
  readonly errors?: readonly GraphqlError[];
}

interface GraphqlError {
  readonly message: string;
  readonly extensions?: {
    readonly code?: string;
    readonly fix?: string;
    readonly problems?: readonly { readonly key?: string; readonly path: string; readonly message: string }[];
  };
}

async function post({ url, token }: Connection, { path, timeoutMs }: DoorOf, body: string): Promise<Response> {
  try {
    return await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
      redirect: 'error', // the token is for this server only
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (cause) {
    throw new CliError('UNREACHABLE', `${url} does not answer`, {
      fix: 'Check BURGEE_URL, or start the server.',
      exitCode: exitCodes.unreachable,
      cause,
    });
  }
}

function refused({ message, extensions }: GraphqlError): CliError {
  const code = extensions?.code ?? 'REFUSED';
  const exitCode = code === 'UNAVAILABLE' ? exitCodes.unreachable : exitCodes.refused;
  const details = extensions?.problems?.map(({ key = '', path, message: said }) => {
    const place = [key, path].filter((part) => part !== '').join(': ');
    return visible(place === '' ? said : `${place}: ${said}`);
  });
  return new CliError(code, message, { fix: extensions?.fix, exitCode, details });
}
