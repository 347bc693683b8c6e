import type { SemanticsName, Segment as WireSegment } from '@burgee/evaluator';
import type { ResultOf, VariablesOf } from 'gql.tada';
import { graphql, request } from '../graphql.ts';

export type SegmentRow = ResultOf<typeof list>['segments'][number];
export type Segment = NonNullable<ResultOf<typeof one>['segment']>;
export type UpdateSegmentInput = VariablesOf<typeof update>['input'];
export type CreateSegmentInput = VariablesOf<typeof create>['input'];

export async function readSegments(project: string) {
  return (await request(list, { project })).segments;
}

export async function readSegment(project: string, key: string) {
  return (await request(one, { project, key })).segment;
}

/** A segment as the evaluator takes it; `undefined` where there is none. */
export async function readWireSegment(project: string, key: string): Promise<WireSegment | undefined> {
  const segment = await readSegment(project, key);
  if (segment === null) return undefined;
  const { conditions, semantics, included, excluded } = segment;
  return {
    key,
    if: conditions as unknown as WireSegment['if'],
    include: included,
    exclude: excluded,
    ...(semantics === 'burgee-1' ? {} : { semantics: semantics as SemanticsName }),
  };
}

export async function createSegment(input: CreateSegmentInput) {
  return (await request(create, { input })).createSegment;
}

export async function updateSegment(input: UpdateSegmentInput) {
  return (await request(update, { input })).updateSegment;
}

export async function archiveSegment(project: string, key: string, reason?: string) {
  return (await request(archive, { project, key, reason })).archiveSegment;
}

const list = graphql(`
  query Segments($project: String!) {
    segments(project: $project) { id key name description conditions included excluded usedBy archivedAt updatedAt }
  }
`);

const one = graphql(`
  query Segment($project: String!, $key: String!) {
    segment(project: $project, key: $key) {
      id key name description conditions semantics included excluded revision usedBy namedBy archivedAt updatedAt
    }
  }
`);

const create = graphql(`
  mutation CreateSegment($input: CreateSegmentInput!) { createSegment(input: $input) { key } }
`);

const update = graphql(`
  mutation UpdateSegment($input: UpdateSegmentInput!) { updateSegment(input: $input) { key revision } }
`);

const archive = graphql(`
  mutation ArchiveSegment($project: String!, $key: String!, $reason: String) {
    archiveSegment(project: $project, key: $key, reason: $reason) { key }
  }
`);
