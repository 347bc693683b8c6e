import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { KeyCredential } from '../access/credential.ts';
import { KeyStore } from '../access/key.store.ts';
import { BurgeeError } from '../errors.ts';
import { CLOCK, type Clock } from '../platform.module.ts';

/** Injection token of the secret behind all event tokens: one that every replica, or every relay of a key, shares. */
export const EVENT_TOKEN_ROOT = Symbol('event token root');

/** A token is made for the ten minutes in which its client first asked, and is good for two hours from their start. */
export const eventTokenLimits = { slotMs: 600_000, goodForSlots: 12, keptForSlots: 9 } as const;

/**
 * Tokens for OFREP's event stream, the only ones that travel in an address: EventSource sends no headers. One can be
 * used again until it is too old, and opens nothing else.
 */
@Injectable()
export class EventTokens {
  readonly #keys: KeyStore;
  readonly #clock: Clock;
  readonly #secret: Buffer;
  readonly #made = new Map<string, string>();

  constructor(@Inject(EVENT_TOKEN_ROOT) root: string, @Inject(KeyStore) keys: KeyStore, @Inject(CLOCK) clock: Clock) {
    this.#keys = keys;
    this.#clock = clock;
    this.#secret = Buffer.from(hkdfSync('sha256', root, '', 'burgee event tokens', 32));
  }

  /**
   * The slot of the token that a client gets, or keeps: entity tags end with the slot of the token that came with them,
   * so that a client goes on with its address, and a 304 leaves it with one that is good for half an hour at least.
   */
  slotFor(ifNoneMatch: string | undefined): number {
    const now = this.#slot();
    if (ifNoneMatch === undefined) return now;
    const held = slotsIn(ifNoneMatch);
    // another replica's clock may be a little ahead
    return held.find((slot) => slot <= now + 1 && now - slot < eventTokenLimits.keptForSlots) ?? now;
  }

  /** The same text for everybody who has this key and this slot. */
  tokenOf(key: KeyCredential, slot: number): string {
    const name = `${key.keyId}.${slot.toString(36)}`;
    let token = this.#made.get(name);
    if (token === undefined) {
      if (this.#made.size >= mostKept) this.#made.clear();
      token = `${name}.${this.#mac(key, slot)}`;
      this.#made.set(name, token);
    }
    return token;
  }

  /**
   * The key behind a token.
   *
   * @throws UNAUTHORIZED when the token is not ours, too old, or its key is gone
   */
  keyOf(token: unknown): KeyCredential {
    const [keyId = '', slotText = '', mac = ''] = typeof token === 'string' ? token.split('.') : [];
    const slot = /^[0-9a-z]{1,8}$/.test(slotText) ? Number.parseInt(slotText, 36) : Number.NaN;
    const age = this.#slot() - slot;
    const key = this.#keys.byId(keyId);
    const isFresh = age >= -1 && age < eventTokenLimits.goodForSlots;
    if (key === undefined || !isFresh || !isEqual(mac, this.#mac(key, slot))) {
      throw new BurgeeError(
        'UNAUTHORIZED',
        'the token of this stream is not good, or no longer; ask for the flags again',
      );
    }
    return key;
  }

  #slot(): number {
    return Math.floor(this.#clock() / eventTokenLimits.slotMs);
  }

  #mac({ environmentId, keyId }: KeyCredential, slot: number): string {
    return createHmac('sha256', this.#secret).update(`${environmentId}|${keyId}|${slot}`).digest('base64url');
  }
}

const mostKept = 10_000;

function isEqual(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The slots that entity tags end with; nearly always there is one tag. */
function slotsIn(ifNoneMatch: string): number[] {
  if (!ifNoneMatch.includes(',')) {
    const [, slot] = /\.([0-9a-z]{1,8})"$/.exec(ifNoneMatch) ?? [];
    return slot === undefined ? [] : [Number.parseInt(slot, 36)];
  }
  return [...ifNoneMatch.matchAll(/\.([0-9a-z]{1,8})"/g)].map(([, slot = '']) => Number.parseInt(slot, 36));
}
