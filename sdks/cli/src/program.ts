import { Command, CommanderError } from 'commander';
import { addAuditCommands } from './audit.ts';
import { describeError, exitCodes } from './errors.ts';
import { addExplainCommand } from './explain.ts';
import { addExportCommand } from './export.ts';
import { addFlagCommands } from './flags.ts';
import { addImportCommand } from './import.ts';
import { addMigrationCommands } from './migrations.ts';
import { addServeCommands } from './serve.ts';
import type { Shell } from './shell.ts';
import { addStaleCommand } from './stale.ts';
import { addValidateCommand } from './validate.ts';

/** Runs one command line; the exit code. */
export async function run(argv: readonly string[], shell: Shell): Promise<number> {
  try {
    await createProgram(shell).parseAsync([...argv], { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    const { text, exitCode } = describeError(error);
    shell.complain(text);
    return exitCode;
  }
}

function createProgram(shell: Shell): Command {
  const program = new Command('burgee')
    .description('Stale flags, switches, explanations, imports, migrations and the audit chain of a Burgee server.')
    .showHelpAfterError('(burgee --help says more)')
    .addHelpText('after', notes)
    .configureOutput({
      writeOut: (text) => shell.print(text.trimEnd()),
      writeErr: (text) => shell.complain(text.trimEnd()),
    })
    .exitOverride();
  addStaleCommand(program, shell);
  addFlagCommands(program, shell);
  addExplainCommand(program, shell);
  addValidateCommand(program, shell);
  addImportCommand(program, shell);
  addExportCommand(program, shell);
  addMigrationCommands(program, shell);
  addAuditCommands(program, shell);
  addServeCommands(program, shell);
  return program;
}

const notes = `
Where Burgee is: BURGEE_URL and BURGEE_TOKEN, or the .burgee/running.json that \`npm start\` writes, in this folder
or one above it. "migrations" and "audit" talk to the database: DATABASE_URL, or the same file. Each variable may
also be given by a file, as BURGEE_TOKEN_FILE and so on.

Exit codes: 0 done; 1 what was asked for is not right (an invalid file, a broken audit chain, a failed migration);
2 usage; 3 the server or the database does not answer; 4 it refuses; 70 a mistake in burgee itself. "serve" and
"pull" end as burgee-server ends: 78 when a setting is wrong.`;
