import type { ResultOf } from 'gql.tada';
import { graphql, request } from '../graphql.ts';

export type Me = ResultOf<typeof workspace>['me'];
export type Project = ResultOf<typeof workspace>['projects'][number];
export type Environment = Project['environments'][number];

export const readWorkspace = () => request(workspace, {});

export async function createProject(input: { key: string; name: string; staleAfterDays: number }) {
  return (await request(newProject, { input })).createProject;
}

export async function createEnvironment(input: { project: string; key: string; name: string; isProduction: boolean }) {
  return (await request(newEnvironment, { input })).createEnvironment;
}

export async function createAccessToken(name: string, expiresInDays: number | null) {
  return (await request(newToken, { name, expiresInDays })).createAccessToken;
}

export const revokeAccessToken = (id: string) => request(revokedToken, { id });

const workspace = graphql(`
  query Workspace {
    me {
      id
      email
      name
      roles { project role }
      accessTokens { id name createdAt expiresAt lastUsedAt }
    }
    projects {
      id
      key
      name
      staleAfterDays
      warnings
      environments { id key name isProduction version }
    }
  }
`);

const newProject = graphql(`
  mutation CreateProject($input: CreateProjectInput!) { createProject(input: $input) { key } }
`);

const newEnvironment = graphql(`
  mutation CreateEnvironment($input: CreateEnvironmentInput!) { createEnvironment(input: $input) { key } }
`);

const newToken = graphql(`
  mutation CreateAccessToken($name: String!, $expiresInDays: Int) {
    createAccessToken(name: $name, expiresInDays: $expiresInDays) { secret accessToken { id name } }
  }
`);

const revokedToken = graphql(`
  mutation RevokeAccessToken($id: ID!) { revokeAccessToken(id: $id) }
`);
