import type { FragmentOf, ResultOf, VariablesOf } from 'gql.tada';
import { graphql, request } from '../graphql.ts';
import { readFirst } from './pages.ts';

export type FlagRow = ResultOf<typeof list>['flags']['nodes'][number];
export type FlagPage = NonNullable<ResultOf<typeof one>['flag']>;
export type Setting = FragmentOf<typeof setting>;
export type FlagFilter = Omit<VariablesOf<typeof list>, 'project' | 'first' | 'after'>;
export type CreateFlagInput = VariablesOf<typeof create>['input'];
export type UpdateFlagInput = VariablesOf<typeof update>['input'];
export type TargetFlagInput = VariablesOf<typeof target>['input'];
export type SwitchFlagInput = VariablesOf<typeof switched>['input'];

export function readFlags(project: string, filter: FlagFilter, count: number) {
  return readFirst(count, async (first, after) => (await request(list, { project, ...filter, first, after })).flags);
}

export async function readFlag(project: string, key: string): Promise<FlagPage | null> {
  return (await request(one, { project, key })).flag;
}

export async function createFlag(input: CreateFlagInput) {
  return (await request(create, { input })).createFlag;
}

export async function updateFlag(input: UpdateFlagInput) {
  return (await request(update, { input })).updateFlag;
}

export async function archiveFlag(input: { project: string; key: string; reason?: string }) {
  return (await request(archive, { input })).archiveFlag;
}

export async function switchFlag(input: SwitchFlagInput) {
  return (await request(switched, { input })).switchFlag;
}

export async function targetFlag(input: TargetFlagInput) {
  return (await request(target, { input })).targetFlag;
}

const list = graphql(`
  query Flags(
    $project: String!, $search: String, $kind: FlagKind, $owner: String, $state: FlagState, $stale: Boolean,
    $archived: Boolean, $first: Int, $after: String
  ) {
    flags(
      project: $project, search: $search, kind: $kind, owner: $owner, state: $state, stale: $stale,
      archived: $archived, first: $first, after: $after
    ) {
      totalCount
      hasNextPage
      endCursor
      nodes {
        id key name kind valueType owner tags archivedAt lastUsedAt
        finding { finding days }
        settings { enabled revision settledAt problem environment { key } }
      }
    }
  }
`);

const setting = graphql(`
  fragment Setting on FlagSetting {
    enabled offVariant requires rules defaultServe salt semantics foreign revision settledAt settledValue updatedAt servedRevision problem
    environment { key name isProduction }
  }
`);

const one = graphql(
  `
  query Flag($project: String!, $key: String!) {
    flag(project: $project, key: $key) {
      id key name description kind valueType variants clientVisible owner tags metadata revision
      archivedAt createdAt updatedAt lastUsedAt requiredBy
      finding { finding days since detail findCommand }
      codeReferences { repository path line commit }
      settings { ...Setting }
    }
  }
`,
  [setting],
);

const create = graphql(`
  mutation CreateFlag($input: CreateFlagInput!) { createFlag(input: $input) { key } }
`);

const update = graphql(`
  mutation UpdateFlag($input: UpdateFlagInput!) { updateFlag(input: $input) { key revision } }
`);

const archive = graphql(`
  mutation ArchiveFlag($input: ArchiveFlagInput!) { archiveFlag(input: $input) { key archivedAt } }
`);

const switched = graphql(`
  mutation SwitchFlag($input: SwitchFlagInput!) { switchFlag(input: $input) { enabled revision } }
`);

const target = graphql(`
  mutation TargetFlag($input: TargetFlagInput!) { targetFlag(input: $input) { revision } }
`);
