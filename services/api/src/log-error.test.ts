import { expect, test } from 'vitest';
import { loggedError } from './log-error.ts';

const thrown = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

test('tells type, message, place and cause', () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:5432'), { code: 'ECONNREFUSED' });
  const logged = loggedError(new TypeError('it broke', { cause }));
  expect(logged).toMatchObject({
    type: 'TypeError',
    message: 'it broke',
    cause: { message: 'connect ECONNREFUSED 10.0.0.1:5432', code: 'ECONNREFUSED' },
  });
  expect(logged.stack).toMatch(/^\s+at .*log-error\.test\.ts/);
});

test.each([
  ['a value that Postgres quotes', Object.assign(new Error('invalid input syntax: "canary"'), { code: '22P02' })],
  [
    'the details of a constraint',
    Object.assign(new Error('duplicate key: canary'), {
      code: '23505',
      detail: 'Key (email)=(canary) already exists.',
      constraint: 'member_email_key',
    }),
  ],
  ['a piece of a body', thrown(() => JSON.parse('{"canary"'))],
  ['a piece of a body in a cause', new Error('no JSON', { cause: thrown(() => JSON.parse('canary')) })],
  ['other properties', Object.assign(new Error('boom'), { request: { body: 'canary' }, parameters: ['canary'] })],
  ['a text that was thrown', 'canary'],
  ['a message of many lines', new SyntaxError('one\n    at canary')],
])('leaves out %s', (_name, error) => {
  expect(JSON.stringify(loggedError(error))).not.toContain('canary');
});
