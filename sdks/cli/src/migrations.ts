import path from 'node:path';
import { down, goTo, type MigrateOptions, type MigrationStatus, type Step, status, up } from '@burgee/migrations';
import { type Command, InvalidArgumentError } from 'commander';
import { findDatabase, findUpwards } from './connection.ts';
import { reached } from './database-error.ts';
import { CliError, exitCodes } from './errors.ts';
import { type Shell, table } from './shell.ts';

/** `burgee migrations up | down | goto | status`, on any database with migrations in Hasura's layout. */
export function addMigrationCommands(program: Command, shell: Shell): void {
  const migrations = program
    .command('migrations')
    .description('move a database between versions of its schema, one transaction a file')
    .option(
      '--directory <folder>',
      'holds <version>_<name>/{up,down}.sql (default: hasura/migrations/default, here or above)',
    );
  const options = (): MigrateOptions => ({
    databaseUrl: findDatabase(shell),
    directory: directoryOf(shell, migrations.opts<{ directory?: string }>().directory),
    onStep: (step) => shell.print(sentenceOf(step)),
  });
  const move = async (work: Promise<Step[]>): Promise<void> => {
    if ((await reached(work)).length === 0) shell.print('There is nothing to do.');
  };
  migrations
    .command('up')
    .description('apply what is pending: all, or the next n')
    .argument('[n]', 'how many', parseCount)
    .action((count?: number) => move(up({ ...options(), ...(count === undefined ? {} : { count }) })));
  migrations
    .command('down')
    .description('undo the newest version, or the newest n; their data are kept')
    .argument('[n]', 'how many', parseCount, 1)
    .action((count: number) => move(down({ ...options(), count })));
  migrations
    .command('goto')
    .description('apply or undo until a version is the newest')
    .argument('<version>', 'the leading digits of its folder; 0 undoes all', parseVersion)
    .action((version: string) => move(goTo({ ...options(), version })));
  migrations
    .command('status')
    .description('list the versions and whether they are applied')
    .action(async () => shell.print(listOf(await reached(status(options())))));
}

function directoryOf(shell: Shell, given: string | undefined): string {
  const found =
    given === undefined ? findUpwards(shell.cwd, 'hasura/migrations/default') : path.resolve(shell.cwd, given);
  if (found !== undefined) return found;
  throw new CliError('NO_MIGRATIONS', 'there is no hasura/migrations/default here or above', {
    fix: 'Give the folder with --directory.',
    exitCode: exitCodes.usage,
  });
}

function sentenceOf({ direction, version, name, durationMs }: Step): string {
  return `${direction === 'up' ? 'applied' : 'undone'} ${version}_${name} in ${durationMs} ms`;
}

function listOf(list: readonly MigrationStatus[]): string {
  const rows = list.map(({ version, name, state, appliedAt }) => [
    version,
    name,
    state,
    appliedAt?.toISOString() ?? '',
  ]);
  return table(['VERSION', 'NAME', 'STATE', 'APPLIED'], rows);
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1.');
}

function parseVersion(text: string): string {
  if (/^\d{1,18}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be the leading digits of a migration’s folder.');
}
