import type { EvaluationContext, Ruleset } from '@burgee/evaluator';
import { expect, test } from 'vitest';
import { createClient } from './client.ts';
import { decisionsOf } from './decisions.ts';
import { createServerClient } from './server-client.ts';
import type { Report, Source } from './sources/source.ts';
import { staticSource } from './sources/static.ts';

const ruleset: Ruleset = {
  format: 1,
  environment: 'test',
  version: '1.a',
  flags: {
    nordic: {
      key: 'nordic',
      enabled: true,
      type: 'boolean',
      variants: { on: true, off: false },
      off: 'off',
      default: 'off',
      rules: [{ id: 'r', if: [{ attr: 'country', op: 'in', values: ['NO'] }], serve: 'on' }],
    },
  },
  segments: {},
};

async function startServer() {
  const source = staticSource('ruleset', JSON.stringify(ruleset));
  const client = createServerClient({ url: 'test:', key: 'test', source });
  await client.ready();
  return client;
}

const circular: Record<string, unknown> = { country: 'NO' };
circular.self = circular;
const refusing = new Proxy(
  {},
  {
    get: () => {
      throw new Error('not for you');
    },
    has: () => {
      throw new Error('not for you');
    },
    getOwnPropertyDescriptor: () => {
      throw new Error('not for you');
    },
    ownKeys: () => {
      throw new Error('not for you');
    },
  },
);
const throwing = Object.defineProperty({}, 'country', {
  enumerable: true,
  get: () => {
    throw new Error('not for you');
  },
});

/** What developers hand over by mistake, and the value that the code goes on with; its own default is `'code'`. */
const contexts: readonly (readonly [name: string, context: unknown, value: unknown])[] = [
  ['one that holds itself', circular, true],
  ['a Proxy that refuses', refusing, undefined],
  ['a getter that throws', throwing, undefined],
  ['a BigInt', { country: 1n }, undefined],
  ['a Date', { country: new Date(0) }, undefined],
  ['a function', { country: () => 'NO' }, undefined],
  ['a symbol', { country: Symbol('NO') }, undefined],
  [
    '10,000 keys',
    { ...Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`k${at}`, at])), country: 'NO' },
    true,
  ],
  ['null', null, undefined],
  ['a text', 'NO', false],
];

test.each(contexts)('a server goes on with a context that is, or has, %s', async (_name, context, value) => {
  const client = await startServer();
  const given = context as EvaluationContext;
  const evaluation = client.evaluate('nordic', given);
  expect(evaluation.value).toBe(value);
  if (value === undefined) expect(evaluation).toMatchObject({ reason: 'ERROR', errorCode: 'INVALID_CONTEXT' });
  expect(client.value('nordic', false, given)).toBe(value ?? false);
  expect(() => client.initialFor(given)).not.toThrow();
  await client.close();
});

test.each(contexts)('a browser goes on with a context that is, or has, %s', async (_name, context) => {
  const source = staticSource('decisions', decisionsOf({ nordic: true }));
  const client = createClient({ url: 'test:', key: 'test', source, context: context as EvaluationContext });
  client.start();
  await client.ready();
  await client.setContext(context as EvaluationContext);
  expect(client.value('nordic', false)).toBe(true);
  await client.close();
});

test('a browser goes on after it was closed, twice', async () => {
  const source = staticSource('decisions', decisionsOf({ nordic: true }));
  const client = createClient({ url: 'test:', key: 'test', source });
  client.start();
  await client.ready();
  await client.close();
  await client.close();
  await client.setContext({ targetingKey: 'ada' });
  client.start();
  expect(client.state).toBe('closed');
  expect(client.value('nordic', false)).toBe(true);
  expect(client.value('unknown', 'code')).toBe('code');
});

test('a browser hears nothing more from a source that it has closed', async () => {
  const open: ((report: Report) => void)[] = [];
  const source: Source = {
    kind: 'static',
    open(report) {
      open.push(report);
      return () => {};
    },
  };
  const client = createClient({ url: 'test:', key: 'test', source });
  client.start();
  void client.setContext({ targetingKey: 'ada' });
  open[0]?.({ kind: 'message', event: 'decisions', data: decisionsOf({ nordic: 'late' }) });
  expect(client.value('nordic', 'code')).toBe('code');
  open[1]?.({ kind: 'message', event: 'decisions', data: decisionsOf({ nordic: 'new' }) });
  expect(client.value('nordic', 'code')).toBe('new');
  await client.close();
});

test('a server goes on after it was closed, twice', async () => {
  const client = await startServer();
  await client.close();
  await client.close();
  expect(client.value('nordic', false, { country: 'NO' })).toBe(true);
  expect(client.value('unknown', 'code', {})).toBe('code');
});

test('serves the default of the code for an unknown key and for one of another type', async () => {
  const client = await startServer();
  for (const key of ['unknown', '', '__proto__', 'constructor', undefined as unknown as string]) {
    expect(client.value(key, 'code', {})).toBe('code');
    expect(client.evaluate(key, {})).toMatchObject({ reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' });
  }
  for (const other of ['text', 0, {}, []]) expect(client.value('nordic', other, {})).toBe(other);
  await client.close();
});
