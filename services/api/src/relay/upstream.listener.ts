import { randomUUID } from 'node:crypto';
import { type Connection, type Failure, type Message, rulesetConnection, systemClock } from '@burgee/client/relay';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { hashApiKey } from '../access/api-key.ts';
import type { KeySource, StoredKey } from '../access/key-source.ts';
import type { BurgeeError } from '../errors.ts';
import { LOGGER } from '../platform.module.ts';
import type { FormerForms, RawRuleset } from '../ruleset/assemble.ts';
import type { Listener, RulesetSource, StoredRuleset } from '../ruleset/source.ts';
import { away, RelayKeyRefused, Upstream, type UpstreamEnvironment } from '../upstream.ts';
import { hear, nothingTold, type Told } from './told.ts';

/**
 * Another Burgee as the source of rulesets and keys: one stream per environment, and polling where streams do not get
 * through. What it told is kept, and read from here like rows from a database.
 */
@Injectable()
export class UpstreamListener implements RulesetSource, KeySource {
  readonly #followed: ReadonlyMap<string, Followed>;
  readonly #url: string;
  readonly #logger: Logger;
  readonly #uses = new Map<string, number>();
  #tellUsesAt = 0;

  constructor(@Inject(Upstream) upstream: Upstream, @Inject(LOGGER) logger: Logger) {
    this.#url = upstream.url;
    this.#logger = logger;
    const followed = upstream.environments.map((environment) => [environment.id, new Followed(upstream, environment)]);
    this.#followed = new Map(followed as [string, Followed][]);
  }

  async readRuleset(
    environmentId: string,
    heldVersion: string | undefined,
  ): Promise<StoredRuleset | 'unchanged' | undefined> {
    const { ruleset, auditHead } = this.#followed.get(environmentId)?.told ?? nothingTold;
    if (ruleset === undefined) throw this.#notToldYet();
    if (ruleset.version === heldVersion) return 'unchanged';
    return { raw: ruleset as unknown as RawRuleset, auditHead, auditEntry: '0' };
  }

  /** Of all that are followed: they are few, and each is why this relay runs. */
  async readVersions(): Promise<ReadonlyMap<string, string>> {
    const versions = [...this.#followed.keys()].map((id) => [id, this.#reached(id).told.ruleset?.version] as const);
    return new Map(versions.flatMap(([id, version]) => (version === undefined ? [] : [[id, version] as const])));
  }

  /** The upstream serves a flag that does not compile in its newest form that does. */
  async readFormerForms(): Promise<FormerForms> {
    return new Map();
  }

  async readKeys(held: readonly StoredKey[]): Promise<StoredKey[]> {
    const keys = [...this.#followed.values()].flatMap(({ environment: { id }, told }) => {
      return told.keys ?? held.filter(({ environmentId, kind }) => environmentId === id && kind !== 'relay');
    });
    if (keys.length === 0 && !this.#hasHeardOfKeys()) throw this.#notToldYet();
    return [...keys, ...[...this.#followed.values()].map(({ environment }) => ownKey(environment))];
  }

  async readKey(hash: string): Promise<StoredKey | undefined> {
    const known = [...this.#followed.values()].flatMap(({ told: { keys } }) => keys ?? []);
    const key = known.find((one) => one.hash === hash);
    if (key === undefined) for (const id of this.#followed.keys()) this.#reached(id);
    return key;
  }

  /** Told to the upstream once a minute; until then the newest use of each key is kept. */
  async writeLastUsed(uses: ReadonlyMap<string, number>): Promise<void> {
    for (const [id, at] of uses) this.#uses.set(id, at);
    if (performance.now() < this.#tellUsesAt) return;
    this.#tellUsesAt = performance.now() + tellUsesEveryMs;
    await Promise.all([...this.#followed.values()].map((one) => one.tellUses(this.#uses)));
    this.#uses.clear();
  }

  async listen(listener: Listener): Promise<void> {
    const opened = [...this.#followed.values()].map((one) => one.open(listener, this.#logger));
    await Promise.all(opened);
    await listener.missed();
  }

  /** Silence is noticed by the connection itself. */
  async probe(): Promise<void> {}

  listenAnew(): void {
    for (const one of this.#followed.values()) one.reopen();
  }

  async close(): Promise<void> {
    for (const one of this.#followed.values()) one.close();
  }

  #notToldYet(): BurgeeError {
    if ([...this.#followed.values()].some(({ isRefused }) => isRefused)) return new RelayKeyRefused(this.#url);
    return away(`at ${this.#url} is not heard`);
  }

  #hasHeardOfKeys(): boolean {
    return [...this.#followed.values()].some(({ told }) => told.keys !== undefined);
  }

  /** Nothing is said about an environment while its upstream is away: it may have changed meanwhile. */
  #reached(environmentId: string): Followed {
    const followed = this.#followed.get(environmentId);
    if (followed?.isLive !== true) throw this.#notToldYet();
    return followed;
  }
}

const tellUsesEveryMs = 60_000;

/** One environment that is followed. */
class Followed {
  readonly environment: UpstreamEnvironment;
  readonly #upstream: Upstream;
  #connection: Connection | undefined;
  #told = nothingTold;
  #isLive = false;
  #isRefused = false;
  #isResumable = true;
  #hint: NodeJS.Immediate | undefined;

  constructor(upstream: Upstream, environment: UpstreamEnvironment) {
    this.environment = environment;
    this.#upstream = upstream;
  }

  get told(): Told {
    return this.#told;
  }

  /** True while the upstream is heard, if only by its heartbeats. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** True while the upstream answers that the relay's key is none, or none any more. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** Resolves with the first thing that is heard, and with the first failure. */
  open(listener: Listener, logger: Logger): Promise<void> {
    return new Promise((resolve) => {
      this.#connection = rulesetConnection({
        url: this.#upstream.url,
        key: this.environment.key,
        clock: systemClock,
        random: Math.random,
        fetch: globalThis.fetch,
        version: () => (this.#isResumable ? this.#told.ruleset?.version : undefined),
        onMessage: (message) => {
          const isSense = this.#take(message, listener);
          if (this.#told.ruleset !== undefined && this.#told.keys !== undefined) resolve();
          return isSense;
        },
        onQuiet: () => {
          this.#isLive = this.#told.ruleset !== undefined;
          return this.#isLive;
        },
        onFailure: (failure) => {
          this.#lose(failure, logger);
          resolve();
        },
      });
      this.#connection.open();
    });
  }

  async tellUses(uses: ReadonlyMap<string, number>): Promise<void> {
    const known = (this.#told.keys ?? []).flatMap(({ id }) => {
      const at = uses.get(id);
      return at === undefined ? [] : [[id, new Date(at).toISOString()] as const];
    });
    if (known.length === 0) return;
    const body = { batchId: randomUUID(), application: 'relay', keyUses: Object.fromEntries(known) };
    await this.#upstream.post(this.environment.id, '/v1/exposures', body);
  }

  reopen(): void {
    this.#isLive = false;
    this.#connection?.open();
  }

  close(): void {
    this.#connection?.close();
    clearImmediate(this.#hint);
  }

  #take(message: Message, listener: Listener): boolean {
    const next = hear(this.#told, message, this.environment.id);
    // after a gap everything is asked for, and what is held stays until it comes
    this.#isResumable = next !== undefined;
    this.#told = next ?? this.#told;
    if (next?.ruleset === undefined) return next !== undefined;
    this.#isLive = true;
    this.#isRefused = false;
    // the events of one change come together: they are one hint
    this.#hint ??= setImmediate(() => {
      this.#hint = undefined;
      listener.changed(this.environment.id, undefined);
    });
    return true;
  }

  #lose({ cause, detail }: Failure, logger: Logger): void {
    this.#isLive = false;
    this.#isRefused = cause === 'refused';
    logger.warn({ environmentId: this.environment.id, cause, detail }, 'the upstream is not heard');
  }
}

/** Its own key opens a relay to further relays. */
function ownKey({ id, key }: UpstreamEnvironment): StoredKey {
  const hash = hashApiKey(key).toString('hex');
  return { id, environmentId: id, kind: 'relay', name: 'relay', hash, expiresAt: null };
}
