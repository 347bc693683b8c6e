import { seed, type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';
import { hashAccessToken, newAccessToken } from '../access/secrets.ts';
import type { Environment } from '../config.ts';
import { apiEnvironment } from '../main.support.ts';
import { startApi } from '../main.ts';

/** A member of the demo project, by its role. */
export const people = {
  admin: 'ada@shop.example',
  product_owner: 'pia@shop.example',
  developer: 'dev@shop.example',
  viewer: 'vik@shop.example',
} as const;
export type Person = keyof typeof people | 'stranger' | 'nobody';

/** What a test sees of a GraphQL answer. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for
  readonly data: any;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

/** An api over real HTTP on a database of its own with the demo project, and access tokens of its members. */
export async function managedShop(more: Environment = {}) {
  const database = await throwawayDatabase();
  await seed(database);
  const environment = await apiEnvironment(database.apiUrl, { BURGEE_ROLE: 'api', ...more });
  const api = await startApi(environment);
  const tokens = await tokensOf(database);
  const ask = async (person: Person, query: string, variables: Record<string, unknown> = {}): Promise<Answer> => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(person !== 'nobody' && { authorization: `Bearer ${tokens[person]}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
  };
  /** Asks and fails with what was refused. */
  const get = async (person: Person, query: string, variables: Record<string, unknown> = {}) => {
    const answer = await ask(person, query, variables);
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    return answer.data;
  };
  return {
    database,
    api,
    environment,
    tokens,
    ask,
    get,
    /** Code of the first error; undefined when there was none. */
    codeOf: async (person: Person, query: string, variables: Record<string, unknown> = {}) =>
      (await ask(person, query, variables)).errors?.[0]?.extensions.code,
    /** The newest audit entry of a subject. */
    lastEntry: async (subjectKey: string) =>
      (
        await database.sql<Entry>('select * from burgee.audit_entry where subject_key = $1 order by id desc limit 1', [
          subjectKey,
        ])
      )[0],
    stop: async () => {
      await api.stop();
      await database.drop();
    },
  };
}

export interface Entry {
  readonly id: string;
  readonly actor: string;
  readonly door: string;
  readonly reason: string | null;
  readonly emergency: boolean;
  readonly subject: string;
  readonly operation: string;
}

async function tokensOf(database: ThrowawayDatabase): Promise<Record<Exclude<Person, 'nobody'>, string>> {
  await database.sql(`insert into burgee.member (email, name) values ('eve@elsewhere.example', 'Eve')`);
  const all = { ...people, stranger: 'eve@elsewhere.example' };
  const tokens: Record<string, string> = {};
  for (const [person, email] of Object.entries(all)) {
    const text = newAccessToken();
    tokens[person] = text;
    await database.sql(
      `insert into burgee.access_token (member_id, kind, name, token_hash)
       select id, 'cli', 'test', $2 from burgee.member where email = $1`,
      [email, hashAccessToken(text)],
    );
  }
  return tokens as Record<Exclude<Person, 'nobody'>, string>;
}
