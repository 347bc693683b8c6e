import { expect, test } from 'vitest';
import { asBurgeeError, BurgeeError, extensionsOf, isUnavailable } from './errors.ts';

const raised = (code: string, more: object = {}) => Object.assign(new Error('said by Postgres'), { code, ...more });

test('takes code, problems and fix from what a trigger raised', () => {
  const detail = JSON.stringify({
    code: 'INVALID_FLAG',
    problems: [{ path: 'rules[0]', message: 'no variant named x' }],
  });
  const error = asBurgeeError(raised('BG001', { detail, hint: 'Mend the rule.' }));
  expect(error).toMatchObject({
    code: 'INVALID_FLAG',
    status: 400,
    message: 'said by Postgres',
    fix: 'Mend the rule.',
  });
  expect(extensionsOf(error)).toEqual({
    code: 'INVALID_FLAG',
    fix: 'Mend the rule.',
    problems: [{ path: 'rules[0]', message: 'no variant named x' }],
  });
});

test.each([
  ['25006', 'READ_ONLY', 503],
  ['57P01', 'UNAVAILABLE', 503],
  ['53300', 'UNAVAILABLE', 503],
  ['55P03', 'UNAVAILABLE', 503],
  ['57014', 'UNAVAILABLE', 503],
  ['ECONNREFUSED', 'UNAVAILABLE', 503],
  ['22P02', 'BAD_INPUT', 400],
  ['22003', 'BAD_INPUT', 400],
  ['42703', 'INTERNAL', 500],
  ['BG999', 'INTERNAL', 500],
])('answers SQLSTATE %s with %s', (state, code, status) => {
  expect(asBurgeeError(raised(state))).toMatchObject({ code, status });
});

test('knows that the database is away, also where pg gives no code', () => {
  expect(isUnavailable(new Error('Connection terminated unexpectedly'))).toBe(true);
  expect(isUnavailable(new Error('timeout exceeded when trying to connect'))).toBe(true);
  expect(isUnavailable(new TypeError('x is not a function'))).toBe(false);
});

test('shows nothing of a fault of ours but keeps its cause', () => {
  const cause = new Error('password=hunter2');
  const error = asBurgeeError(cause);
  expect(error.message).not.toContain('hunter2');
  expect(error.cause).toBe(cause);
});

test('lets an error of ours through as it is', () => {
  const error = new BurgeeError('NOT_FOUND', 'no project x');
  expect(asBurgeeError(error)).toBe(error);
});
