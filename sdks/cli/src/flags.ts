import { Argument, type Command } from 'commander';
import { ask, projectOf } from './graphql.ts';
import { type Shell, table } from './shell.ts';

/** `burgee flags list` and `burgee flags switch`. */
export function addFlagCommands(program: Command, shell: Shell): void {
  const flags = program.command('flags').description('see and switch flags');
  flags
    .command('list')
    .description('list the flags of a project with their state in each environment')
    .option('--project <key>', 'the project (default: BURGEE_PROJECT, or the only one)')
    .option('--search <text>', 'only flags whose key, name or description holds this')
    .option('--json', 'print the flags as JSON')
    .action(async (options: { project?: string; search?: string; json?: boolean }) => {
      const project = await projectOf(shell, options.project);
      const found = await listAll(shell, { project, search: options.search ?? null });
      shell.print(options.json ? JSON.stringify(found, null, 2) : listOf(found));
    });
  flags
    .command('switch')
    .description('switch a flag on or off in one environment; off works always, on may ask for a reason')
    .argument('<flag>', 'its key')
    .addArgument(new Argument('<state>').choices(['on', 'off']))
    .requiredOption('-e, --environment <key>', 'where')
    .option('--reason <text>', 'why; production asks for it')
    .option('--project <key>', 'the project (default: BURGEE_PROJECT, or the only one)')
    .action(async (key: string, state: 'on' | 'off', options: SwitchOptions) => {
      const project = await projectOf(shell, options.project);
      const { environment, reason } = options;
      const input = { project, environment, key, enabled: state === 'on', ...(reason === undefined ? {} : { reason }) };
      await ask(shell, switchFlag, { input });
      shell.print(`${key} is ${state} in ${environment}.`);
    });
}

interface SwitchOptions {
  readonly environment: string;
  readonly reason?: string;
  readonly project?: string;
}

interface Flag {
  readonly key: string;
  readonly name: string;
  readonly kind: string;
  readonly valueType: string;
  readonly owner: string;
  readonly settings: readonly { readonly enabled: boolean; readonly environment: { readonly key: string } }[];
}

interface Page {
  readonly nodes: readonly Flag[];
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
}

async function listAll(shell: Shell, variables: { project: string; search: string | null }): Promise<Flag[]> {
  const found: Flag[] = [];
  for (let after: string | null = null; ; ) {
    const { flags }: { flags: Page } = await ask(shell, listFlags, { ...variables, after });
    found.push(...flags.nodes);
    if (!flags.hasNextPage || flags.endCursor === null) return found;
    after = flags.endCursor;
  }
}

const listFlags = `
  query Flags($project: String!, $search: String, $after: String) {
    flags(project: $project, search: $search, first: 100, after: $after) {
      nodes { key name kind valueType owner settings { enabled environment { key } } }
      endCursor
      hasNextPage
    }
  }`;

const switchFlag = `
  mutation Switch($input: SwitchFlagInput!) {
    switchFlag(input: $input) { flagKey enabled }
  }`;

function listOf(flags: readonly Flag[]): string {
  const environments = [
    ...new Set(flags.flatMap(({ settings }) => settings.map(({ environment }) => environment.key))),
  ];
  const rows = flags.map(({ key, kind, valueType, owner, settings }) => [
    key,
    kind,
    valueType,
    owner,
    ...environments.map((name) =>
      settings.find(({ environment }) => environment.key === name)?.enabled ? 'on' : 'off',
    ),
  ]);
  return table(['FLAG', 'KIND', 'TYPE', 'OWNER', ...environments.map((name) => name.toUpperCase())], rows);
}
