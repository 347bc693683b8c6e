import type { ResultOf, VariablesOf } from 'gql.tada';
import { graphql, request } from '../graphql.ts';

export type Member = ResultOf<typeof members>['members'][number];
export type Role = Member['role'];

export async function readMembers(project: string) {
  return (await request(members, { project })).members;
}

export async function createMember(input: VariablesOf<typeof create>['input']) {
  return (await request(create, { input })).createMember;
}

/** `null` takes the role away. */
export const setMemberRole = (project: string, memberId: string, role: Role | null) =>
  request(set, { project, memberId, role });

const members = graphql(`
  query Members($project: String!) { members(project: $project) { id email name role } }
`);

const create = graphql(`
  mutation CreateMember($input: CreateMemberInput!) { createMember(input: $input) { id } }
`);

const set = graphql(`
  mutation SetRole($project: String!, $memberId: ID!, $role: Role) {
    setMemberRole(project: $project, memberId: $memberId, role: $role) { id role }
  }
`);
