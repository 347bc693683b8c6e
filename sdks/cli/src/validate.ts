import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { compile, parseRuleset } from '@burgee/evaluator';
import { everything } from '@burgee/evaluator/full';
import type { Command } from 'commander';
import { CliError, exitCodes } from './errors.ts';
import { type Shell, visible } from './shell.ts';

/** `burgee validate`: whether a ruleset would be taken, without a server. */
export function addValidateCommand(program: Command, shell: Shell): void {
  program
    .command('validate')
    .description('check a ruleset file and name every problem with its path')
    .argument('<file>', 'JSON, as GET /v1/ruleset serves it')
    .action(async (file: string) => {
      const problems = problemsOf(await readJson(path.resolve(shell.cwd, file)));
      for (const problem of problems) shell.print(visible(problem));
      if (problems.length > 0) throw invalid(file, `${problems.length} problem${problems.length === 1 ? '' : 's'}`);
      shell.print(`${file} is a valid ruleset.`);
    });
}

function problemsOf(input: unknown): string[] {
  const parsed = parseRuleset(input);
  if (!parsed.ok) return parsed.problems.map(({ path: where, message }) => `${where || '(the whole)'}: ${message}`);
  const { problems } = compile(parsed.ruleset, everything);
  return [...problems].flatMap(([flag, list]) =>
    list.map((problem) => `flags.${flag}.${problem.path}: ${problem.message}`),
  );
}

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new CliError('NO_FILE', `${file} cannot be read (${cause.code})`, { exitCode: exitCodes.usage, cause });
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(file, (cause as Error).message);
  }
}

function invalid(file: string, what: string): CliError {
  return new CliError('INVALID_RULESET', `${file}: ${what}`, { exitCode: exitCodes.wrong });
}
