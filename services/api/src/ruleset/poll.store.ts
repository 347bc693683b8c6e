import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { KeyCredential } from '../access/credential.ts';
import { KeyStore } from '../access/key.store.ts';
import { BurgeeError } from '../errors.ts';
import { clockChangesApart } from './clock-changes.store.ts';
import { Readers } from './readers.store.ts';
import { RulesetStore } from './ruleset.store.ts';
import { EventStreams, type Held } from './stream.store.ts';

/** A request that waits until it would be answered otherwise. */
export interface Waiting {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly seconds: number;
  /** Asked after each change; true ends the waiting. */
  readonly isOver: () => boolean;
}

/** Long polling, for readers whom no stream reaches. */
@Injectable()
export class Polls implements OnApplicationShutdown {
  readonly #rulesets: RulesetStore;
  readonly #streams: EventStreams;
  readonly #keys: KeyStore;
  readonly #channels = new Map<string, Readers<() => void>>();
  readonly #unsubscribe: () => void;

  constructor(
    @Inject(RulesetStore) rulesets: RulesetStore,
    @Inject(EventStreams) streams: EventStreams,
    @Inject(KeyStore) keys: KeyStore,
  ) {
    this.#rulesets = rulesets;
    this.#streams = streams;
    this.#keys = keys;
    // what a relay asks for has the keys in it
    this.#unsubscribe = keys.subscribe(() => {
      for (const readers of this.#channels.values()) readers.spread();
    });
  }

  onApplicationShutdown(): void {
    this.#unsubscribe();
  }

  /**
   * Resolves when it is over, when the time has passed, when the reader is gone, or when this process leaves.
   *
   * @throws TOO_MANY_STREAMS at the cap, UNAUTHORIZED when the key is revoked or expires meanwhile
   */
  async wait({ request, reply, seconds, isOver }: Waiting): Promise<void> {
    const { keyId, environmentId } = request.credential as KeyCredential;
    const isGood = () => this.#keys.isGood(keyId);
    await new Promise<void>((resolve) => {
      const held: Held = { kind: 'poll', review: () => isGood() || end(), leave: () => end() };
      const forget = this.#streams.hold(held);
      const unfollow = this.#readersOf(environmentId).add(() => isOver() && end());
      const timer = setTimeout(() => end(), seconds * 1000);
      const end = () => {
        clearTimeout(timer);
        forget();
        unfollow();
        reply.raw.off('close', end);
        resolve();
      };
      reply.raw.once('close', end);
    });
    if (!isGood()) throw new BurgeeError('UNAUTHORIZED', 'the key was revoked or has expired');
  }

  #readersOf(environmentId: string): Readers<() => void> {
    let readers = this.#channels.get(environmentId);
    if (readers === undefined) {
      const opened = new Readers<() => void>((look) => look(), this.#streams.propagated);
      this.#rulesets.subscribe(
        environmentId,
        clockChangesApart(({ changedAt }) => opened.spread(changedAt)),
      );
      this.#channels.set(environmentId, opened);
      readers = opened;
    }
    return readers;
  }
}
