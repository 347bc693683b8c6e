import type { Json } from '@burgee/evaluator';
import type { ResultOf } from 'gql.tada';
import { graphql, request } from '../graphql.ts';
import { readFirst } from './pages.ts';

/** What targeting may refer to: flags with their variants, and segments. */
export interface Names {
  readonly flags: readonly ResultOf<typeof names>['flags']['nodes'][number][];
  readonly segments: readonly { readonly key: string; readonly conditions: Json }[];
}

export async function readNames(project: string): Promise<Names> {
  const segments = (await request(segmentNames, { project })).segments.filter(({ archivedAt }) => archivedAt === null);
  const { nodes } = await readFirst(
    mostFlags,
    async (first, after) => (await request(names, { project, first, after })).flags,
  );
  return { flags: nodes, segments };
}

const mostFlags = 2_000;

const names = graphql(`
  query Names($project: String!, $first: Int, $after: String) {
    flags(project: $project, first: $first, after: $after) { nodes { key valueType variants } hasNextPage endCursor }
  }
`);

const segmentNames = graphql(`
  query SegmentNames($project: String!) { segments(project: $project) { key conditions archivedAt } }
`);
