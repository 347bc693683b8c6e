import { flagd } from '@burgee/importers';
import { expect, test } from 'vitest';
import { peerFile } from './peer-file.ts';

const on = { state: 'ENABLED', variants: { on: true }, defaultVariant: 'on' };

test('gives flagd’s SDK no flag that is refused, for which it would take none of the file', () => {
  const text = JSON.stringify({
    flags: { good: on, bad: { ...on, state: 'enabled' } },
    $evaluators: { e: { '!': 1 } },
  });
  expect(JSON.parse(peerFile(flagd.read({ text }), text))).toEqual({
    flags: { good: on },
    $evaluators: { e: { '!': 1 } },
  });
});

test('writes YAML and a list of flags as flagd’s SDK reads them', () => {
  const list = JSON.stringify({ flags: [{ key: 'good', ...on }] });
  const yaml = 'flags:\n  good: { state: ENABLED, variants: { on: true }, defaultVariant: on }\n';
  for (const text of [list, yaml]) {
    expect(JSON.parse(peerFile(flagd.read({ text }), text))).toMatchObject({ flags: { good: on } });
  }
});
