import type { Given } from '../given.ts';

type Who = 'viewer' | 'admin' | 'client' | 'server' | 'nobody' | 'cookie';
interface Sent {
  readonly as?: Who;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const shown = ({ tokens, keys, session }: Given, as: Who): Record<string, string> => {
  if (as === 'nobody') return {};
  if (as === 'cookie') return { cookie: session.cookie };
  return { authorization: `Bearer ${{ ...tokens, ...keys }[as]}` };
};

/** A body for the door, whatever it is. */
export const send =
  (body: unknown, { as = 'viewer', path = '/graphql', headers = {} }: Sent = {}) =>
  (given: Given) => ({
    path,
    headers: { ...shown(given, as), ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** A document with what belongs to it. */
export const query = (
  text: string,
  more: Sent & { readonly variables?: unknown; readonly operationName?: unknown } = {},
) => {
  const { variables, operationName, ...sent } = more;
  return send(
    {
      query: text,
      ...(variables !== undefined && { variables }),
      ...(operationName !== undefined && { operationName }),
    },
    sent,
  );
};

export const limit = { status: 400, code: 'LIMIT_EXCEEDED' } as const;
export const bad = { status: 400, code: 'BAD_INPUT' } as const;
export const forbidden = { status: 403, code: 'FORBIDDEN' } as const;
export const foreign = { ...forbidden, sentence: 'GraphQL answers pages of its own origin only.' };

/** Something so many times, each with its number. */
export const many = (count: number, of: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => of(at)).join(' ');
