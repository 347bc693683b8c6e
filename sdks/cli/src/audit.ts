import { type Command, InvalidArgumentError } from 'commander';
import { type Chain, findEntry, verifyChains } from './audit.sql.ts';
import { findDatabase } from './connection.ts';
import { reached } from './database-error.ts';
import { CliError, exitCodes } from './errors.ts';
import { type Shell, table } from './shell.ts';

/** `burgee audit verify`: whether history is what it was. */
export function addAuditCommands(program: Command, shell: Shell): void {
  program
    .command('audit')
    .description('check the audit log')
    .command('verify')
    .description(
      'recompute the hash chain of every environment; with a head that was noted elsewhere, find it in there',
    )
    .option('--head <hash>', 'a head from a log, a snapshot or a monthly report', parseHash)
    .option('--project <key>', 'only this project')
    .action(async ({ head, project }: { head?: string; project?: string }) => {
      const databaseUrl = findDatabase(shell);
      const chains = await reached(verifyChains(databaseUrl, project));
      if (chains.length === 0) throw nothingThere(project);
      shell.print(table(['PROJECT', 'ENVIRONMENT', 'ENTRIES', 'HEAD', 'STATE'], chains.map(rowOf)));
      const broken = chains.filter(({ ok }) => !ok);
      if (broken.length > 0) throw chainBroken(broken);
      if (head === undefined) return;
      const entry = await reached(findEntry(databaseUrl, head));
      if (entry === undefined) throw headMissing(head);
      shell.print(`The head ${head} is entry ${entry}: everything up to it is as it was.`);
    });
}

function rowOf({ project, environment, entries, head, ok, firstBad }: Chain): string[] {
  return [project, environment ?? '(project)', entries, head ?? '', ok ? 'whole' : `broken at entry ${firstBad}`];
}

function chainBroken(broken: readonly Chain[]): CliError {
  const where = broken.map(({ project, environment }) => `${project}/${environment ?? '(project)'}`).join(', ');
  return new CliError('AUDIT_BROKEN', `history was changed afterwards: ${where}`, {
    fix: 'Compare with a backup from before the entry named above; nobody can edit history by the ordinary doors.',
    exitCode: exitCodes.wrong,
  });
}

function headMissing(head: string): CliError {
  return new CliError('AUDIT_HEAD_MISSING', `no chain holds ${head}`, {
    fix: 'Either it is the head of another installation, or history was rewritten since it was noted.',
    exitCode: exitCodes.wrong,
  });
}

function nothingThere(project: string | undefined): CliError {
  const what = project === undefined ? 'there is no project' : `there is no project ${project}`;
  return new CliError('NOT_FOUND', what, { exitCode: exitCodes.wrong });
}

function parseHash(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('It must be 64 hexadecimal digits.');
}
