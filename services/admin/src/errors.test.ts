import { ClientError } from 'graphql-request';
import { expect, test } from 'vitest';
import { AdminError, toAdminError } from './errors.ts';

const refusal = (status: number, errors: object[]) =>
  new ClientError(
    { status, headers: new Headers(), errors, body: '' } as unknown as ConstructorParameters<typeof ClientError>[0],
    { query: '' },
  );

test('keeps the code, the fix and the problems of a refusal', () => {
  const problems = [{ path: 'rules[0].serve', message: 'no variant named x' }];
  const error = toAdminError(
    refusal(200, [{ message: 'not valid', extensions: { code: 'INVALID_FLAG', fix: 'mend it', problems } }]),
  );
  expect(error).toMatchObject({ code: 'INVALID_FLAG', message: 'not valid', fix: 'mend it', problems });
});

test('says that the server cannot be reached when nothing answered, and keeps the cause', () => {
  const cause = new TypeError('fetch failed');
  expect(toAdminError(cause)).toMatchObject({ code: 'UNAVAILABLE', cause });
});

test('survives a body that is not the one it expects', () => {
  expect(AdminError.fromResponse(401, undefined)).toMatchObject({ code: 'UNAUTHORIZED' });
  expect(AdminError.fromResponse(503, '<html>').message).toContain('503');
});
