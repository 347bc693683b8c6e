import { expect } from 'vitest';
import { canaries, type Given } from './given.ts';
import { type Asked, answersTo, bytesOf, type WireAnswer } from './wire.ts';

/** One bad input and its answer. */
export interface Case {
  readonly name: string;
  /** A request, or what is written to the wire as it is. */
  readonly ask: (given: Given) => Asked | Buffer;
  readonly status: number;
  /** Absent where the input is odd and all the same good. */
  readonly code?: string;
  /** The whole sentence; `byte N` where the place depends on the length of a key. */
  readonly sentence?: string;
  /** What else the answer must show. */
  readonly shows?: Partial<WireAnswer> | { readonly headers: Readonly<Record<string, unknown>> };
}

/** Something that was refused, in whatever form its door speaks. */
export interface Trouble {
  readonly code: string;
  readonly sentence: string;
}

/** Sends a case and checks its answer; gives it for further checks. */
export async function check(given: Given, { ask, status, code, sentence, shows }: Case): Promise<WireAnswer> {
  const asked = ask(given);
  const bytes = Buffer.isBuffer(asked) ? asked : bytesOf(asked);
  const [answer, second] = await answersTo(given.port, bytes);
  if (answer === undefined) throw new Error('the connection ended without an answer');
  expect(second).toBeUndefined(); // what was smuggled in is never a request
  const trouble =
    code === undefined && (answer.status < 400 || answer.body === '') ? undefined : troubleIn(answer, pathIn(bytes));
  // OpenFeature's clients know a few codes only
  const named = code === 'BAD_INPUT' && pathIn(bytes).startsWith('/ofrep/') ? 'GENERAL' : code;
  expect({ status: answer.status, ...trouble }).toEqual({
    status,
    ...(named && { code: named, sentence: sentence ?? expect.any(String) }),
  });
  if (shows !== undefined) expect(answer).toMatchObject(shows);
  expectNothingTold(given, answer, bytes.includes(given.keys.server));
  return answer;
}

/** Reads code and sentence, and that they stand in the form of the door that was asked. */
export function troubleIn(answer: WireAnswer, target: string): Trouble {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*/s, '');
  const body = JSON.parse(answer.body) as Record<string, unknown>;
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  if (path.startsWith('/ofrep/')) {
    const { errorCode, errorDetails } = body;
    return checked(errorCode, errorDetails);
  }
  if (/^\/graphql(\/|$)/.test(path) && Array.isArray(body.errors)) {
    const [first] = body.errors as { message: unknown; extensions: { code: unknown; fix: unknown } }[];
    expect(first?.extensions.fix).toEqual(expect.any(String));
    return checked(first?.extensions.code, first?.message);
  }
  expect(body.fix).toEqual(expect.any(String));
  return checked(body.code, body.message);
}

/** No answer shows a secret, a place in our code or a path of our disk; and a rule only to a server's key. */
export function expectNothingTold(
  { keys, tokens, session }: Given,
  { status, body, headers }: WireAnswer,
  byServer: boolean,
): void {
  const said = `${JSON.stringify(headers)}\n${body}`;
  const hidden = byServer && status < 400 ? [] : Object.values(canaries);
  const secrets = [...Object.values(keys), ...Object.values(tokens), session.token, ...hidden];
  for (const secret of secrets) expect(said).not.toContain(secret);
  expect(said).not.toMatch(
    /node_modules|\.[jt]s:\d+|\bat \S+ \(|file:\/\/|\/(src|dist|root|home|usr|work|tmp)\/|PRIVATE KEY|select .+ from /i,
  );
}

function checked(code: unknown, sentence: unknown): Trouble {
  expect(code).toMatch(/^[A-Z_]{3,}$/);
  expect(sentence).toMatch(/^\S.{4,}\S$/s);
  const said = sentence as string;
  expect(said.length).toBeLessThan(1100);
  return { code: code as string, sentence: said.startsWith('this is no') ? said.replace(/byte \d+$/, 'byte N') : said };
}

function pathIn(bytes: Buffer): string {
  return bytes.subarray(0, 300).toString('latin1').split(' ')[1] ?? '';
}

/** Headers of a good key. */
export const withKey = ({ keys }: Given, kind: keyof Given['keys'] = 'server'): { authorization: string } => ({
  authorization: `Bearer ${keys[kind]}`,
});
