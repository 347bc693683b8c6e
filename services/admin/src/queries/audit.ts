import type { ResultOf, VariablesOf } from 'gql.tada';
import { graphql, request } from '../graphql.ts';
import { readFirst } from './pages.ts';

export type AuditEntry = ResultOf<typeof audit>['audit']['nodes'][number];
export type AuditFilter = Omit<VariablesOf<typeof audit>, 'first' | 'after'>;

export function readAudit(filter: AuditFilter, count: number) {
  return readFirst(count, async (first, after) => (await request(audit, { ...filter, first, after })).audit);
}

const audit = graphql(`
  query Audit($project: String!, $environment: String, $flag: String, $first: Int, $after: String) {
    audit(project: $project, environment: $environment, flag: $flag, first: $first, after: $after) {
      hasNextPage
      endCursor
      nodes {
        id at actor door dbLogin reason emergency subject subjectKey operation environment before after hash
      }
    }
  }
`);
