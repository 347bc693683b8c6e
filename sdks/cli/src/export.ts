import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Ruleset, SemanticsName } from '@burgee/evaluator';
import { exportFlagd, exportUnleash, type Finding } from '@burgee/importers';
import { type Command, Option } from 'commander';
import { CliError, exitCodes } from './errors.ts';
import { ask, projectOf } from './graphql.ts';
import { importers, referenceOf } from './importers.ts';
import { type Shell, visible } from './shell.ts';

const exporters = {
  flagd: exportFlagd,
  unleash: (ruleset: Ruleset, reference?: SemanticsName) =>
    exportUnleash(ruleset, reference === 'unleash-node' ? reference : 'unleash'),
} as const;

/** `burgee export`: the way back out, as files that other systems read. */
export function addExportCommand(program: Command, shell: Shell): void {
  program
    .command('export')
    .description(
      'write the flags of an environment as another system reads them; those it cannot decide alike are named',
    )
    .addOption(new Option('--as <system>', 'which system').choices(Object.keys(exporters)).makeOptionMandatory())
    .requiredOption('-e, --environment <key>', 'which flags')
    .option('--project <key>', 'the project (default: BURGEE_PROJECT, or the only one)')
    .option('--reference <name>', 'whose decisions the other side makes (as for import; default: the first)')
    .option('--out <file>', 'where to (default: standard output)')
    .action(async ({ as, environment, project, reference: given, out }: ExportOptions) => {
      const reference = referenceOf(importers[as], given);
      const { ruleset } = await ask<{ ruleset: Ruleset }>(shell, question, {
        project: await projectOf(shell, project),
        environment,
      });
      const { text, refused, warnings } = exporters[as](ruleset, reference);
      if (out === undefined) shell.print(text.trimEnd());
      else await write(path.resolve(shell.cwd, out), text);
      for (const finding of refused) shell.complain(`Left out: ${sentenceOf(finding)}`);
      for (const finding of warnings) shell.complain(`Worth knowing: ${sentenceOf(finding)}`);
      if (refused.length > 0) throw notAll(as, new Set(refused.map(({ key }) => key)).size);
    });
}

function sentenceOf({ key, path: place, message }: Finding): string {
  return visible(`${key}${place === '' ? '' : ` (${place})`}: ${message}`);
}

interface ExportOptions {
  readonly as: keyof typeof exporters;
  readonly environment: string;
  readonly project?: string;
  readonly reference?: string;
  readonly out?: string;
}

const question = `
  query Ruleset($project: String!, $environment: String!) {
    ruleset(project: $project, environment: $environment)
  }`;

async function write(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((cause: NodeJS.ErrnoException) => {
    throw new CliError('NO_FILE', `${file} cannot be written (${cause.code})`, { exitCode: exitCodes.usage, cause });
  });
}

function notAll(system: string, count: number): CliError {
  const what = `${count} flag${count === 1 ? '' : 's'} cannot be said in the terms of ${system}, and ${count === 1 ? 'is' : 'are'} left out`;
  return new CliError('NOT_ALL_EXPORTED', what, { exitCode: exitCodes.wrong });
}
