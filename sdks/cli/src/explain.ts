import { type Command, InvalidArgumentError } from 'commander';
import { ask, projectOf } from './graphql.ts';
import { type Shell, visible } from './shell.ts';

/** `burgee explain`: why a context gets what it gets. */
export function addExplainCommand(program: Command, shell: Shell): void {
  program
    .command('explain')
    .description('say which rule decides a flag for a context, and why')
    .argument('<flag>', 'its key')
    .requiredOption('-e, --environment <key>', 'where')
    .option('-k, --key <targeting key>', 'who')
    .option('-c, --context <json>', 'further attributes, as a JSON object', parseContext, {})
    .option('--project <key>', 'the project (default: BURGEE_PROJECT, or the only one)')
    .option('--json', 'print the explanation as JSON')
    .action(async (flag: string, { environment, key, context, project, json }: ExplainOptions) => {
      const { explain } = await ask<{ explain: Explanation }>(shell, question, {
        project: await projectOf(shell, project),
        environment,
        flag,
        context: key === undefined ? context : { ...context, targetingKey: key },
      });
      shell.print(json ? JSON.stringify(explain, null, 2) : textOf(explain));
    });
}

interface ExplainOptions {
  readonly environment: string;
  readonly key?: string;
  readonly context: object;
  readonly project?: string;
  readonly json?: boolean;
}

interface Explanation {
  readonly sentence: string;
  readonly steps: readonly { readonly text: string; readonly matched: boolean }[];
  readonly evaluation: { readonly value: unknown; readonly variant: string | null; readonly reason: string };
}

const question = `
  query Explain($project: String!, $environment: String!, $flag: String!, $context: JSON!) {
    explain(project: $project, environment: $environment, flag: $flag, context: $context) {
      sentence
      steps { text matched ruleId detail }
      evaluation { value variant reason errorCode errorMessage ruleId metadata }
    }
  }`;

function parseContext(text: string): object {
  try {
    const context: unknown = JSON.parse(text);
    if (typeof context === 'object' && context !== null && !Array.isArray(context)) return context;
  } catch {
    // the sentence below says it
  }
  throw new InvalidArgumentError('It must be a JSON object such as \'{"country":"NO"}\'.');
}

function textOf({ sentence, steps, evaluation }: Explanation): string {
  const value = JSON.stringify(evaluation.value ?? null);
  return [
    visible(sentence),
    ...steps.map(({ text, matched }) => `  ${matched ? '✓' : '·'} ${visible(text)}`),
    `${evaluation.reason}: ${evaluation.variant ?? 'no variant'} = ${value}`,
  ].join('\n');
}
