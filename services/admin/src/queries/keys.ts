import type { ResultOf, VariablesOf } from 'gql.tada';
import { graphql, request } from '../graphql.ts';

export type ApiKey = ResultOf<typeof keys>['apiKeys'][number];

export async function readKeys(project: string) {
  return (await request(keys, { project })).apiKeys;
}

export async function createKey(input: VariablesOf<typeof create>['input']) {
  return (await request(create, { input })).createApiKey;
}

export const revokeKey = (id: string) => request(revoke, { id });

const keys = graphql(`
  query Keys($project: String!) {
    apiKeys(project: $project) { id environment kind name prefix createdAt lastUsedAt expiresAt revokedAt }
  }
`);

const create = graphql(`
  mutation CreateKey($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id name } } }
`);

const revoke = graphql(`
  mutation RevokeKey($id: ID!) { revokeApiKey(id: $id) { id revokedAt } }
`);
