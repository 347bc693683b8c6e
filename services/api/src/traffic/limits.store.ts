import { Inject, Injectable } from '@nestjs/common';
import { Counter, type Registry } from 'prom-client';
import { CONFIG, type Config } from '../config.ts';
import { BurgeeError } from '../errors.ts';
import { METRICS } from '../platform.module.ts';
import { limitedName } from './address.ts';
import { type Buckets, tokenBuckets } from './buckets.ts';

type LimitedBy = 'key' | 'address' | 'refused';

/** What a limit needs to know of a request. */
interface Sender {
  /** The address nearest to the sender that is not one of our trusted proxies. */
  readonly ip: string;
}

/** How much one key and one address may ask, and how often an address may be wrong about its credentials. */
@Injectable()
export class Limits {
  readonly #byKey: Buckets | undefined;
  readonly #byAddress: Buckets | undefined;
  readonly #refused: Buckets | undefined;
  readonly #limited: Counter<'by'>;
  readonly #names = new Map<string, string>();

  constructor(@Inject(CONFIG) config: Config, @Inject(METRICS) metrics: Registry) {
    this.#byKey = perSecond(config.keyRateLimit);
    this.#byAddress = perSecond(config.addressRateLimit);
    const { refusedRateLimit: aMinute } = config;
    if (aMinute > 0) this.#refused = tokenBuckets({ perSecond: aMinute / 60, burst: aMinute });
    this.#limited = new Counter({
      name: 'burgee_requests_limited_total',
      help: 'Requests refused with 429, by what there were too many of.',
      labelNames: ['by'],
      registers: [metrics],
    });
    for (const by of ['key', 'address', 'refused'] as const) this.#limited.inc({ by }, 0);
  }

  /**
   * Counts a request of an address, before anything is done for it.
   *
   * @throws TOO_MANY_REQUESTS
   */
  arrive(sender: Sender): void {
    if (this.#byAddress === undefined) return;
    const waitSeconds = this.#byAddress.take(this.#nameOf(sender.ip), performance.now());
    if (waitSeconds > 0) throw this.#refusal('address', waitSeconds);
  }

  /**
   * Counts a request with a good key.
   *
   * @throws TOO_MANY_REQUESTS
   */
  admit(keyId: string): void {
    if (this.#byKey === undefined) return;
    const waitSeconds = this.#byKey.take(keyId, performance.now());
    if (waitSeconds > 0) throw this.#refusal('key', waitSeconds);
  }

  /**
   * Looks up a credential that is not in memory, unless its address was wrong too often: guessing is slow, and does not
   * reach the database. Keys and people are counted apart, so that an application with an old key shuts nobody out.
   *
   * @throws TOO_MANY_REQUESTS
   */
  async identify<T>(
    sender: Sender,
    kind: 'key' | 'member',
    lookUp: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const name = `${kind} ${this.#nameOf(sender.ip)}`;
    const waitSeconds = this.#refused?.wait(name, performance.now()) ?? 0;
    if (waitSeconds > 0) throw this.#refusal('refused', waitSeconds);
    const found = await lookUp();
    if (found === undefined) this.#refused?.take(name, performance.now());
    return found;
  }

  /** Finding the network of an IPv6 address takes longer than a decision: what was found is kept a while. */
  #nameOf(address: string): string {
    let name = this.#names.get(address);
    if (name === undefined) {
      name = limitedName(address);
      if (this.#names.size >= namesKept) this.#names.clear();
      this.#names.set(address, name);
    }
    return name;
  }

  #refusal(by: LimitedBy, retryAfterSeconds: number): BurgeeError {
    this.#limited.inc({ by });
    return new BurgeeError('TOO_MANY_REQUESTS', sentences[by], { retryAfterSeconds });
  }
}

const namesKept = 10_000;
const sentences: Readonly<Record<LimitedBy, string>> = {
  key: 'too many requests with this key',
  address: 'too many requests from this address',
  refused: 'too many wrong credentials from this address',
};

function perSecond(limit: number): Buckets | undefined {
  return limit > 0 ? tokenBuckets({ perSecond: limit, burst: limit }) : undefined;
}
