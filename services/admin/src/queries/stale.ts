import type { ResultOf } from 'gql.tada';
import { graphql, request } from '../graphql.ts';

export type UnknownFlag = ResultOf<typeof findings>['unknownFlags'][number];
export type StaleFinding = ResultOf<typeof findings>['staleFlags'][number];

export const readStale = (project: string) => request(findings, { project });

export async function runStaleAudit(project: string) {
  return (await request(run, { project })).runStaleAudit;
}

const findings = graphql(`
  query Stale($project: String!) {
    staleFlags(project: $project) { flagKey finding kind since days owner value lastUsedAt findCommand }
    staleReports(project: $project) { id kind period asOf createdAt findings { finding } }
    unknownFlags(project: $project) {
      flagKey environment application firstSeen lastSeen count didYouMean archivedAt
    }
  }
`);

const run = graphql(`
  mutation RunStaleAudit($project: String!) { runStaleAudit(project: $project) { id kind period findings { flagKey } } }
`);
