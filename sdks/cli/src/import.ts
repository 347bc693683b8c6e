import {
  decryptGrowthbookPayload,
  type Imported,
  type Importer,
  type ImportFormat,
  type ImportInput,
  type Subtle,
  UnreadableFile,
} from '@burgee/importers';
import { Argument, type Command, InvalidArgumentError } from 'commander';
import { CliError, exitCodes } from './errors.ts';
import { readText, unreadable } from './import-file.ts';
import { jsonOf, reportOf, sentenceOf } from './import-report.ts';
import { type Sent, sendImport } from './import-send.ts';
import { importers, referenceOf } from './importers.ts';
import { type Proof, prove } from './prove.ts';
import { type Shell, variable } from './shell.ts';

/** `burgee import`: flags of another system, deciding as they did there. */
export function addImportCommand(program: Command, shell: Shell): void {
  program
    .command('import')
    .description('carry flags over from another system, so that they decide for every user as they did there')
    .addArgument(new Argument('<system>', 'where they come from').choices(Object.keys(importers)))
    .argument('<file>', 'what that system exports; - for standard input; at most 20 MB')
    .option('--reference <name>', 'whose decisions are carried over (see below)')
    .option('--from-environment <name>', 'the environment to take, of a file that holds several')
    .option('-e, --environment <key>', 'where the flags decide in Burgee; elsewhere they begin switched off')
    .option('--project <key>', 'the project (default: BURGEE_PROJECT, or the only one)')
    .option('--dry-run', 'write nothing; with --environment, ask the server what it would write')
    .option(
      '--prove <n>',
      'decide every flag for n contexts with the other system’s own SDK too, and compare',
      parseCount,
    )
    .option('--seed <n>', 'of the contexts; the same seed gives the same ones', parseSeed, 1)
    .option('--skip-refused', 'leave out what cannot be carried over, and write the others')
    .option('--update', 'replace what was imported from the same system before')
    .option('--client-visible', 'let browsers ask for all of them')
    .option('--reason <text>', 'why; production asks for it')
    .option('--json', 'print everything as JSON')
    .addHelpText('after', notes)
    .action(async (system: ImportFormat, file: string, options: ImportOptions) => {
      const importer = importers[system];
      const reference = referenceOf(importer, options.reference);
      const input: ImportInput = {
        text: await opened(shell, system, file),
        ...(reference === undefined ? {} : { reference }),
        ...(options.fromEnvironment === undefined ? {} : { environment: options.fromEnvironment }),
      };
      await importText(shell, { importer, input, file, options });
    });
}

export interface ImportOptions {
  readonly reference?: string;
  readonly fromEnvironment?: string;
  readonly environment?: string;
  readonly project?: string;
  readonly dryRun?: boolean;
  readonly prove?: number;
  readonly seed: number;
  readonly skipRefused?: boolean;
  readonly update?: boolean;
  readonly clientVisible?: boolean;
  readonly reason?: string;
  readonly json?: boolean;
}

const notes = `
What is read
  unleash     the answer of /api/client/features, or an export of a project
  growthbook  the payload of an SDK connection: { "features": …, "savedGroups": … };
              an encrypted one with its key in GROWTHBOOK_DECRYPTION_KEY
  flagd       a flag file, JSON or YAML

References
  unleash     unleash (Unleash Edge, and the SDKs built on Yggdrasil), unleash-node (unleash-client for Node)
  growthbook  growthbook-1 (JavaScript 1.x), growthbook-2 (Go 0.7, Python 4, JavaScript 2)
  flagd       flagd-2 (0.15 to 0.17), flagd-1 (before 0.15), flagd-3

--dry-run and --prove need no server. A proof installs the other system's SDK with npm, once, into
~/.cache/burgee/peers (BURGEE_CACHE_DIR), and runs it in a process without network.

Exit codes: 0 all carried over, and no difference; 1 something was refused, or decides otherwise; 2 usage, or a file
that cannot be read; 3 the server or npm's registry does not answer; 4 the server refuses.`;

/** What the SDK connection of GrowthBook encrypts is opened with its key. */
async function opened(shell: Shell, system: ImportFormat, file: string): Promise<string> {
  const text = await readText(shell, file);
  const key = system === 'growthbook' ? variable(shell, 'GROWTHBOOK_DECRYPTION_KEY') : undefined;
  if (key === undefined || !/"encrypted[A-Z]/.test(text)) return text;
  const clear = await decryptGrowthbookPayload(text, key, crypto.subtle as Subtle);
  if (clear !== undefined) return clear;
  throw unreadable(file, 'does not open with GROWTHBOOK_DECRYPTION_KEY');
}

interface Work {
  readonly importer: Importer;
  readonly input: ImportInput;
  readonly file: string;
  readonly options: ImportOptions;
}

async function importText(shell: Shell, { importer, input, file, options }: Work): Promise<void> {
  const imported = read(importer, input, file);
  if (!options.json) shell.print(reportOf(imported, file));
  const { prove: count, seed } = options;
  const proof = count === undefined ? undefined : await prove(shell, { importer, input, count, seed });
  if (proof !== undefined && !options.json) shell.print(sentenceOf(proof, imported));
  const hold = holdOf(imported, proof, options);
  const sent = hold === undefined ? await send(shell, imported, options) : undefined;
  if (options.json) shell.print(jsonOf({ imported, proof, sent }));
  else if (sent !== undefined) shell.print(outcomeOf(sent, options));
  if (hold !== undefined) throw hold;
  if (sent !== undefined && sent.problems.length > 0)
    throw notAll(problemsOf(sent), 'Mend them, or leave them out of the file.');
  if (imported.refused.length > 0) throw notAll(`${refusals(imported)}; the others were carried over`);
}

function read(importer: Importer, input: ImportInput, file: string): Imported {
  try {
    return importer.read(input);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    throw unreadable(file, `is not what ${importer.format} exports: ${error.message}`);
  }
}

/** Why nothing is sent to the server; undefined where nothing speaks against it. */
function holdOf(imported: Imported, proof: Proof | undefined, { skipRefused }: ImportOptions): CliError | undefined {
  if (proof !== undefined && proof.differing > 0) {
    return notAll(`${counted(proof.differing, 'difference')}; nothing was written`);
  }
  if (imported.refused.length === 0 || skipRefused) return undefined;
  return notAll(`${refusals(imported)}; nothing was written`, 'Give --skip-refused to carry over the others.');
}

/** A dry run without an environment asks nobody. */
async function send(shell: Shell, imported: Imported, options: ImportOptions): Promise<Sent | undefined> {
  const { environment, dryRun } = options;
  if (environment !== undefined && imported.flags.length > 0) {
    return sendImport(shell, imported, { ...options, environment });
  }
  if (dryRun || options.prove !== undefined || imported.flags.length === 0) return undefined;
  throw new CliError('WHICH_ENVIRONMENT', 'it is not said in which environment the flags shall decide', {
    fix: 'Name it with --environment, or give --dry-run.',
    exitCode: exitCodes.usage,
  });
}

function outcomeOf({ created, updated, segments, problems }: Sent, { dryRun, environment }: ImportOptions): string {
  if (problems.length > 0) return '';
  const made = [
    counted(created.length, 'new flag'),
    ...(updated.length > 0 ? [`${counted(updated.length, 'flag')} replaced`] : []),
    ...(segments.length > 0 ? [counted(segments.length, 'segment')] : []),
  ].join(', ');
  return dryRun ? `The server would take it: ${made}.` : `Carried over into ${environment}: ${made}.`;
}

function problemsOf({ problems }: Sent): string {
  const lines = problems.map(({ key, path, message }) => `  ${key}${path === '' ? '' : ` (${path})`}: ${message}`);
  return [`the server would refuse it`, ...lines].join('\n');
}

function refusals({ refused }: Imported): string {
  return `${counted(new Set(refused.map(({ key }) => key)).size, 'flag')} cannot be carried over`;
}

function notAll(what: string, fix?: string): CliError {
  return new CliError('NOT_ALL_CARRIED_OVER', what, { exitCode: exitCodes.wrong, fix });
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (/^[1-9]\d{0,6}$/.test(text) && count <= 1_000_000) return count;
  throw new InvalidArgumentError('It must be a whole number from 1 to 1,000,000.');
}

function parseSeed(text: string): number {
  if (/^\d{1,10}$/.test(text) && Number(text) < 2 ** 32) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 0 to 4,294,967,295.');
}
