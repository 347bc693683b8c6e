import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { Argument, type Command } from 'commander';
import { CliError, exitCodes } from './errors.ts';
import type { Shell } from './shell.ts';

const roles = ['all', 'api', 'worker', 'relay'] as const;

/** `burgee serve` and `burgee pull`: the server that is installed beside this command, in one of its roles. */
export function addServeCommands(program: Command, shell: Shell): void {
  program
    .command('serve')
    .description('run the server: all, api or worker over a database, or a relay of another Burgee')
    .addArgument(new Argument('<role>').choices(roles))
    .action((role: string) => runServer(role, shell));
  program
    .command('pull')
    .description(
      'save what a relay would serve into BURGEE_SNAPSHOT_DIR, for an image that starts without its upstream',
    )
    .action(() => runServer('pull', shell));
}

/** Ends as the server ends; it hears the signals that this process hears. */
async function runServer(command: string, { env, cwd }: Shell): Promise<void> {
  const server = spawn(findServer(env, cwd), [command], { stdio: 'inherit', cwd, env: { ...env } });
  const exitCode = await endOf(server);
  if (exitCode !== 0)
    throw new CliError('SERVER_ENDED', `burgee-server ${command} ended with ${exitCode}`, { exitCode });
}

async function endOf(server: ChildProcess): Promise<number> {
  const pass = (signal: NodeJS.Signals) => server.kill(signal);
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, pass);
  try {
    return await new Promise((resolve, reject) => {
      server.once('error', reject);
      server.once('exit', (code) => resolve(code ?? exitCodes.wrong));
    });
  } finally {
    for (const signal of signals) process.off(signal, pass);
  }
}

/** In the folders of programs of this project and those above it, then where the shell would look. */
function findServer(env: Shell['env'], cwd: string): string {
  const above: string[] = [];
  for (let folder = path.resolve(cwd); ; folder = path.dirname(folder)) {
    above.push(path.join(folder, 'node_modules/.bin'));
    if (folder === path.dirname(folder)) break;
  }
  const places = [...above, ...(env.PATH ?? '').split(path.delimiter)];
  const found = places.map((place) => path.join(place, 'burgee-server')).find(isProgram);
  if (found !== undefined) return found;
  throw new CliError('NO_SERVER', 'burgee-server is not installed here', {
    fix: 'Run this in the folder of Burgee, use its image (burgee-api), or put burgee-server into PATH.',
    exitCode: exitCodes.usage,
  });
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
