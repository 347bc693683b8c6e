import { expect, test } from 'vitest';
import type { KeyCredential } from '../access/credential.ts';
import type { KeyStore } from '../access/key.store.ts';
import { EventTokens, eventTokenLimits } from './event-token.store.ts';

const key: KeyCredential = { kind: 'key', keyId: 'k1', keyKind: 'client', environmentId: 'e1', keyName: 'shop' };
const minute = 60_000;
const start = 1_800_000_000_000;

function tokensAt(root = 'one secret') {
  const clock = { now: start };
  const byId = (id: string) => (id === key.keyId ? key : undefined);
  const tokens = new EventTokens(root, { byId } as unknown as KeyStore, () => clock.now);
  return { tokens, clock };
}

const etagWith = (slot: number) => `"abc.${slot.toString(36)}"`;

test('a token is good for two hours, and for any number of uses', () => {
  const { tokens, clock } = tokensAt();
  const token = tokens.tokenOf(key, tokens.slotFor(undefined));
  clock.now = start + 120 * minute - 1;
  expect(tokens.keyOf(token)).toEqual(key);
  expect(tokens.keyOf(token)).toEqual(key);
  clock.now = start + 120 * minute;
  expect(() => tokens.keyOf(token)).toThrow('ask for the flags again');
});

test('whoever shows an entity tag keeps the slot in it, and so the address, while it is good for half an hour', () => {
  const { tokens, clock } = tokensAt();
  const held = tokens.slotFor(undefined);
  for (const age of [1, 15, 59, 89]) {
    clock.now = start + age * minute;
    expect(tokens.slotFor(etagWith(held))).toBe(held);
    clock.now += 30 * minute;
    expect(tokens.keyOf(tokens.tokenOf(key, held))).toEqual(key);
  }
  clock.now = start + 90 * minute;
  expect(tokens.slotFor(etagWith(held))).toBe(held + 9);
});

test('an entity tag from the future, from long ago or of another make gets the slot of now', () => {
  const { tokens } = tokensAt();
  const now = start / eventTokenLimits.slotMs;
  for (const tag of [etagWith(now + 2), etagWith(1), '"abc"', '*', 'W/"x.y.Z"', '']) {
    expect(tokens.slotFor(tag)).toBe(now);
  }
  expect(tokens.slotFor(`"old.1", W/${etagWith(now - 3)}`)).toBe(now - 3);
});

test('a token of a replica whose clock is a little ahead is good', () => {
  const { tokens } = tokensAt();
  const now = tokens.slotFor(undefined);
  expect(tokens.keyOf(tokens.tokenOf(key, now + 1))).toEqual(key);
  expect(() => tokens.keyOf(tokens.tokenOf(key, now + 2))).toThrow();
});

test.each(['k1.zzzzzzzzz.x', 'k1..x', 'k1.-1.x', 'k2.1.x', 'k1', undefined, ['a', 'b']])('refuses %j', (token) => {
  expect(() => tokensAt().tokens.keyOf(token)).toThrow('ask for the flags again');
});

test('a token of another secret opens nothing', () => {
  const other = tokensAt('another secret').tokens;
  const { tokens } = tokensAt();
  expect(() => tokens.keyOf(other.tokenOf(key, other.slotFor(undefined)))).toThrow('ask for the flags again');
});
