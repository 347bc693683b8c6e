import { evaluate } from '@burgee/evaluator';
import { expect, test } from 'vitest';
import { assemble, type RawRuleset } from './assemble.ts';
import { compileOptions } from './compile-options.ts';

const good = { enabled: true, type: 'boolean', variants: { on: true, off: false }, off: 'off', default: 'on' };
const badRegex = [{ id: 'r', if: [{ attr: 'email', op: 'matches', values: ['(unclosed'] }], serve: 'on' }];
const raw = (flags: Record<string, unknown>, segments: Record<string, unknown> = {}): RawRuleset => ({
  environment: 'test',
  version: '1.a',
  flags,
  segments,
});
const decide = (assembled: ReturnType<typeof assemble>, key: string) => evaluate(assembled.compiled, key, {}, 0);

test('serves the others while one flag is broken in any way', () => {
  const broken = {
    weights: { ...good, key: 'weights', default: { split: [['on', 1]] } },
    text: 'no flag',
    nothing: null,
  };
  const assembled = assemble(raw({ fine: { ...good, key: 'fine' }, ...broken }), new Map(), compileOptions);
  expect(decide(assembled, 'fine')).toMatchObject({ value: true, reason: 'STATIC' });
  for (const key of Object.keys(broken)) {
    expect(decide(assembled, key)).toMatchObject({ reason: 'ERROR', errorCode: 'PARSE_ERROR' });
  }
  expect([...assembled.problems.keys()].sort()).toEqual(['nothing', 'text', 'weights']);
});

test('serves the newest earlier form that compiles, and keeps the problems of the newest', () => {
  const newest = { ...good, key: 'a', rules: badRegex };
  const former = new Map([['a', [newest, { ...good, key: 'a', default: 'off' }, { ...good, key: 'a' }]]]);
  const assembled = assemble(raw({ a: newest }), former, compileOptions);
  expect(decide(assembled, 'a')).toMatchObject({ value: false, variant: 'off' });
  expect(assembled.ruleset.flags.a?.rules).toBeUndefined();
  expect(assembled.problems.get('a')?.[0]?.path).toContain('rules[0]');
  expect([...assembled.substituted]).toEqual(['a']);
});

test('switches a flag off whose newest rules do not compile', () => {
  const newest = { ...good, key: 'a', enabled: false, rules: badRegex };
  const former = new Map([['a', [{ ...good, key: 'a' }]]]);
  expect(decide(assemble(raw({ a: newest }), former, compileOptions), 'a')).toMatchObject({
    value: false,
    reason: 'STATIC',
  });
  expect(decide(assemble(raw({ a: newest }), new Map(), compileOptions), 'a')).toMatchObject({
    value: false,
    reason: 'STATIC',
  });
});

test('breaks a planted circle of requirements where an earlier form had none', () => {
  const requiring = (key: string, flag: string) => ({ ...good, key, requires: [{ flag, variants: ['on'] }] });
  const flags = { a: requiring('a', 'b'), b: requiring('b', 'a') };
  const former = new Map([
    ['a', [flags.a, { ...good, key: 'a' }]],
    ['b', [flags.b]],
  ]);
  const assembled = assemble(raw(flags), former, compileOptions);
  expect(decide(assembled, 'a')).toMatchObject({ value: true });
  expect(decide(assemble(raw(flags), new Map(), compileOptions), 'a')).toMatchObject({ errorCode: 'PARSE_ERROR' });
});

test('makes a flag an error whose segment cannot be read', () => {
  const flag = { ...good, key: 'a', rules: [{ id: 'r', if: [{ segment: 'staff' }], serve: 'on' }] };
  const assembled = assemble(raw({ a: flag }, { staff: { key: 'staff', if: 'everybody' } }), new Map(), compileOptions);
  expect(decide(assembled, 'a')).toMatchObject({ reason: 'ERROR', errorCode: 'PARSE_ERROR' });
});

test('makes flags errors that use a broken segment through others, and leaves the rest', () => {
  const using = (key: string, segment: string) => ({
    ...good,
    key,
    rules: [{ id: 'r', if: [{ segment }], serve: 'on' }],
  });
  const naming = (key: string, segment: string) => ({ key, if: [{ segment }] });
  const segments = {
    outer: naming('outer', 'middle'),
    middle: naming('middle', 'broken'),
    broken: { key: 'broken', if: 'everybody' },
    round: naming('round', 'about'),
    about: naming('about', 'round'),
    fine: { key: 'fine', include: ['ann'] },
    also: naming('also', 'fine'),
  };
  const flags = { a: using('a', 'outer'), b: using('b', 'round'), c: using('c', 'also'), d: using('d', 'nowhere') };
  const former = new Map([['a', [flags.a, { ...good, key: 'a' }]]]);
  const assembled = assemble(raw(flags, segments), former, compileOptions);
  expect([...assembled.problems.keys()]).toEqual(['a', 'b', 'd']);
  expect(decide(assembled, 'a')).toMatchObject({ value: true });
  for (const key of ['b', 'd']) expect(decide(assembled, key)).toMatchObject({ errorCode: 'PARSE_ERROR' });
  const member = evaluate(assembled.compiled, 'c', { targetingKey: 'ann' }, 0);
  expect(member).toMatchObject({ value: true, ruleId: 'r' });
});

test('leaves fields alone that a newer release has written', () => {
  const assembled = assemble(raw({ a: { ...good, key: 'a', colour: 'blue' } }), new Map(), compileOptions);
  expect(decide(assembled, 'a')).toMatchObject({ value: true });
  expect(assembled.problems.size).toBe(0);
  expect(assembled.ruleset).not.toHaveProperty('faults');
});
