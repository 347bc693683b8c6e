import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Credential } from '../access/credential.guard.ts';
import type { KeyCredential } from '../access/credential.ts';
import { KeyStore } from '../access/key.store.ts';
import { CLOCK, type Clock } from '../platform.module.ts';
import { ExposureBuffer } from './exposure.store.ts';
import { exposureBatch, keyUses } from './exposure.ts';

/** `POST /v1/exposures`: what applications served, counted by the hour. */
@Controller('v1')
export class ExposureController {
  readonly #buffer: ExposureBuffer;
  readonly #keys: KeyStore;
  readonly #clock: Clock;

  constructor(
    @Inject(ExposureBuffer) buffer: ExposureBuffer,
    @Inject(KeyStore) keys: KeyStore,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#buffer = buffer;
    this.#keys = keys;
    this.#clock = clock;
  }

  @Post('exposures')
  @HttpCode(202)
  @Credential('client', 'server', 'relay')
  receive(@Req() request: FastifyRequest): { accepted: number } {
    const { environmentId, keyKind } = request.credential as KeyCredential;
    const sender = { environmentId, keyKind, now: this.#clock() };
    const batch = exposureBatch(request.body, sender);
    if (keyKind === 'relay') this.#keys.noteUses(environmentId, keyUses(request.body, sender.now));
    this.#buffer.add(batch);
    return { accepted: batch.counts.length };
  }
}
