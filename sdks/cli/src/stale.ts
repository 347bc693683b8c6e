import type { Command } from 'commander';
import { parseDate } from './date.ts';
import { ask, projectOf } from './graphql.ts';
import { type Shell, table } from './shell.ts';

/** `burgee stale`: the flags whose time is over, and what is reported beside them. */
export function addStaleCommand(program: Command, shell: Shell): void {
  program
    .command('stale')
    .description(
      'list the flags that are rolled out for longer than the project allows, and what is reported beside them',
    )
    .option('--as-of <date>', 'as it is at this moment (default: now)', parseDate)
    .option('--project <key>', 'the project (default: BURGEE_PROJECT, or the only one)')
    .option('--json', 'print the findings as JSON')
    .action(async (options: { asOf?: string; project?: string; json?: boolean }) => {
      const project = await projectOf(shell, options.project);
      const { staleFlags } = await ask<{ staleFlags: Finding[] }>(shell, question, {
        project,
        asOf: options.asOf ?? null,
      });
      shell.print(options.json ? JSON.stringify(staleFlags, null, 2) : listOf(staleFlags, project));
    });
}

interface Finding {
  readonly flagKey: string;
  readonly finding: string;
  readonly kind: string;
  readonly since: string;
  readonly days: number;
  readonly owner: string;
  readonly value: unknown;
  readonly lastUsedAt: string | null;
  readonly findCommand: string;
}

const question = `
  query Stale($project: String!, $asOf: DateTime) {
    staleFlags(project: $project, asOf: $asOf) {
      flagKey finding kind since days owner value lastUsedAt findCommand
    }
  }`;

function listOf(findings: readonly Finding[], project: string): string {
  if (findings.length === 0) return `No flag of ${project} is overdue.`;
  const rows = findings.map(({ flagKey, finding, days, since, value, owner, lastUsedAt }) => [
    flagKey,
    finding.replaceAll('_', ' '),
    String(days),
    since.slice(0, 10),
    value === null ? '–' : JSON.stringify(value),
    owner,
    lastUsedAt?.slice(0, 10) ?? 'never',
  ]);
  return table(['FLAG', 'FINDING', 'DAYS', 'SINCE', 'SERVES', 'OWNER', 'LAST USED'], rows);
}
