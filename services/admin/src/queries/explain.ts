import type { ResultOf, VariablesOf } from 'gql.tada';
import { graphql, request } from '../graphql.ts';

export type Explanation = ResultOf<typeof explanation>['explain'];

/** Asks the API why a context gets what it gets; the API decides with the ruleset it serves. */
export async function explain(question: VariablesOf<typeof explanation>): Promise<Explanation> {
  return (await request(explanation, question)).explain;
}

const explanation = graphql(`
  query Explain($project: String!, $environment: String!, $flag: String!, $context: JSON!) {
    explain(project: $project, environment: $environment, flag: $flag, context: $context) {
      sentence
      evaluation { value variant reason errorCode errorMessage ruleId metadata }
      steps { text matched ruleId detail }
    }
  }
`);
