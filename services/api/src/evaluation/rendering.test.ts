import type { Evaluation, Flag } from '@burgee/evaluator';
import { expect, test } from 'vitest';
import { decisionMember, ofrepEntry, type Rendering, valueText } from './rendering.ts';

const flag: Flag = {
  key: 'a',
  enabled: true,
  type: 'boolean',
  variants: { on: true, off: false },
  off: 'off',
  default: 'on',
  metadata: { team: 'shop' },
};
const forServer: Rendering = { audience: 'server', flag, isCached: false };
const forClient: Rendering = { ...forServer, audience: 'client' };
const required: Evaluation = {
  flagKey: 'a',
  value: false,
  variant: 'off',
  reason: 'TARGETING_MATCH',
  ruleId: 'secret-rule',
  metadata: { team: 'shop', prerequisite: 'secret-flag' },
};
const member = (evaluation: Evaluation, rendering: Rendering) =>
  JSON.parse(`{${decisionMember(evaluation, rendering)}}`);

test.each([
  [1, 'float', '1.0'],
  [-3, 'float', '-3.0'],
  [0.5, 'float', '0.5'],
  [1e21, 'float', '1e+21'],
  [1, 'integer', '1'],
  ['1', 'string', '"1"'],
] as const)('writes %j of a %s flag as %s', (value, type, text) => {
  expect(valueText(value, type)).toBe(text);
});

test('tells a browser neither the rule nor what deciding added to the metadata', () => {
  for (const text of [ofrepEntry(required, forClient), decisionMember(required, forClient)]) {
    expect(text).not.toContain('secret');
    expect(text).toContain('"team":"shop"');
  }
  expect(JSON.parse(ofrepEntry(required, forServer)).metadata).toEqual(required.metadata);
});

test('tells a browser an error without the sentence that names rules', () => {
  const evaluation: Evaluation = {
    flagKey: 'a',
    reason: 'ERROR',
    errorCode: 'INVALID_CONTEXT',
    errorMessage: 'attribute salary is no number for number_gt',
  };
  expect(ofrepEntry(evaluation, forClient)).not.toContain('salary');
  expect(JSON.parse(ofrepEntry(evaluation, forServer)).errorDetails).toContain('salary');
  expect(member(evaluation, forClient)).toEqual({
    a: { reason: 'ERROR', errorCode: 'INVALID_CONTEXT', metadata: { team: 'shop' } },
  });
});

test('leaves the value out where the default of the code applies', () => {
  const evaluation: Evaluation = { flagKey: 'a', reason: 'DISABLED' };
  expect(JSON.parse(ofrepEntry(evaluation, forServer))).toEqual({
    key: 'a',
    reason: 'DISABLED',
    variant: '',
    metadata: {},
  });
  expect(member(evaluation, { ...forServer, flag: undefined })).toEqual({ a: { reason: 'DISABLED' } });
});

test('says CACHED for values from disk, and keeps the reason where there is no value', () => {
  const cached = { ...forServer, isCached: true };
  expect(JSON.parse(ofrepEntry(required, cached)).reason).toBe('CACHED');
  expect(JSON.parse(ofrepEntry({ flagKey: 'a', reason: 'DISABLED' }, cached)).reason).toBe('DISABLED');
});

test('writes null, and keys with quotes', () => {
  const evaluation: Evaluation = { flagKey: 'a"b', value: null, variant: 'none', reason: 'STATIC' };
  expect(JSON.parse(ofrepEntry(evaluation, { ...forServer, flag: undefined }))).toMatchObject({
    key: 'a"b',
    value: null,
  });
  expect(member(evaluation, forServer)).toEqual({ 'a"b': { value: null, variant: 'none', reason: 'STATIC' } });
});
