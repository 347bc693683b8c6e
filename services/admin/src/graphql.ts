import type { Json } from '@burgee/evaluator';
import { initGraphQLTada, type TadaDocumentNode } from 'gql.tada';
import { GraphQLClient } from 'graphql-request';
import type { introspection } from '../graphql-env.d.ts';
import { AdminError, toAdminError } from './errors.ts';

/** Typed documents; the types come from the schema that the API emits. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  disableMasking: true;
  scalars: { DateTime: string; JSON: Json };
}>();

/** Sends one document with the session cookie; refusals are thrown as `AdminError`. */
export async function request<Result, Variables extends object>(
  document: TadaDocumentNode<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  try {
    return await client.request<Result>({ document, variables });
  } catch (cause) {
    const error = toAdminError(cause);
    if (error.code === 'UNAUTHORIZED') whenSignedOut();
    throw error;
  }
}

/** Registers what happens when the API says that the session is over. */
export function onSignedOut(listener: () => void): void {
  whenSignedOut = listener;
}

/** Posts JSON to one of the sign-in doors; answers the parsed body. */
export async function post(path: string, body: object = {}): Promise<unknown> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...sameOrigin },
    body: JSON.stringify(body),
  }).catch((cause: unknown) => {
    throw toAdminError(cause);
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw AdminError.fromResponse(response.status, answer);
  return answer;
}

/** Asked for by the API with every request that carries the session cookie. */
const sameOrigin = { 'x-burgee-csrf': '1' };

const client = new GraphQLClient(new URL('/graphql', location.origin).href, {
  headers: sameOrigin,
  credentials: 'same-origin',
});

let whenSignedOut: () => void = () => {};
