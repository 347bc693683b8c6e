import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { KeyCredential } from '../access/credential.ts';
import { KeyStore } from '../access/key.store.ts';
import { CONFIG, type Config } from '../config.ts';
import { BurgeeError } from '../errors.ts';
import { CLOCK, type Clock } from '../platform.module.ts';

const hourMs = 3_600_000;

/**
 * Tokens for OFREP's event stream, the only ones that travel in an address: EventSource sends no headers. One is good
 * until the end of the hour after it was made, can be used again, and opens nothing else.
 */
@Injectable()
export class EventTokens {
  readonly #keys: KeyStore;
  readonly #clock: Clock;
  readonly #secret: Buffer;
  readonly #made = new Map<string, { readonly hour: number; readonly token: string }>();

  constructor(@Inject(CONFIG) config: Config, @Inject(KeyStore) keys: KeyStore, @Inject(CLOCK) clock: Clock) {
    this.#keys = keys;
    this.#clock = clock;
    // from the one secret that all replicas share
    this.#secret = Buffer.from(hkdfSync('sha256', config.signingKey, '', 'burgee event tokens', 32));
  }

  /** The hour that tokens made now are for. */
  hour(): number {
    return Math.floor(this.#clock() / hourMs);
  }

  /** The same text for the whole hour: a client whose address changes connects again. */
  tokenOf(key: KeyCredential): string {
    const hour = this.hour();
    const made = this.#made.get(key.keyId);
    if (made?.hour === hour) return made.token;
    const token = `${key.keyId}.${hour}.${this.#mac(key, hour)}`;
    this.#made.set(key.keyId, { hour, token });
    return token;
  }

  /**
   * The key behind a token.
   *
   * @throws UNAUTHORIZED when the token is not ours, too old, or its key is gone
   */
  keyOf(token: unknown): KeyCredential {
    const [keyId = '', hourText = '', mac = ''] = typeof token === 'string' ? token.split('.') : [];
    const hour = Number(hourText);
    const key = this.#keys.byId(keyId);
    const isFresh = hour === this.hour() || hour === this.hour() - 1;
    if (key === undefined || !isFresh || !isEqual(mac, this.#mac(key, hour))) {
      throw new BurgeeError(
        'UNAUTHORIZED',
        'the token of this stream is not good, or no longer; ask for the flags again',
      );
    }
    return key;
  }

  #mac({ environmentId, keyId }: KeyCredential, hour: number): string {
    return createHmac('sha256', this.#secret).update(`${environmentId}|${keyId}|${hour}`).digest('base64url');
  }
}

function isEqual(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
