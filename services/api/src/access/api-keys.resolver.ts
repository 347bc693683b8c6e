import { Inject } from '@nestjs/common';
import { Args, ID, Resolver } from '@nestjs/graphql';
import { BurgeeError } from '../errors.ts';
import { CLOCK, type Clock } from '../platform.module.ts';
import { Postgres } from '../postgres.ts';
import { newApiKey } from './api-key.ts';
import { ApiKey, CreateApiKeyInput, CreatedApiKey } from './api-keys.graphql.ts';
import { insertApiKey, readApiKeys, readEnvironmentId, revokeApiKey } from './api-keys.sql.ts';
import type { MemberCredential } from './credential.ts';
import { CurrentMember, MemberMutation, MemberQuery } from './needs.guard.ts';
import { readableProject } from './projects.sql.ts';

/** The keys of applications. */
@Resolver()
export class ApiKeysResolver {
  readonly #postgres: Postgres;
  readonly #clock: Clock;

  constructor(@Inject(Postgres) postgres: Postgres, @Inject(CLOCK) clock: Clock) {
    this.#postgres = postgres;
    this.#clock = clock;
  }

  @MemberQuery(() => [ApiKey], { needs: 'developer', does: 'The keys of a project, revoked ones last.' })
  async apiKeys(
    @CurrentMember() member: MemberCredential,
    @Args('project', { type: () => String }) key: string,
  ): Promise<ApiKey[]> {
    const { id } = await readableProject(this.#postgres.db, member, { key, least: 'developer' });
    return readApiKeys(this.#postgres.db, id);
  }

  @MemberMutation(() => CreatedApiKey, { needs: 'admin', does: 'Makes a key; its text is shown this once.' })
  async createApiKey(
    @CurrentMember() member: MemberCredential,
    @Args('input', { type: () => CreateApiKeyInput }) input: CreateApiKeyInput,
  ): Promise<CreatedApiKey> {
    const { kind, name, expiresAt = null } = input;
    if (expiresAt !== null && expiresAt.getTime() <= this.#clock()) {
      throw new BurgeeError('BAD_INPUT', 'expiresAt lies in the past');
    }
    const key = newApiKey(kind, input.environment);
    const apiKey = await this.#postgres.transaction(member, async (trx) => {
      const project = await readableProject(trx, member, { key: input.project });
      const environmentId = await readEnvironmentId(trx, project.id, input.environment);
      return insertApiKey(trx, { environmentId, kind, name, expiresAt, createdBy: member, key });
    });
    return { apiKey, secret: key.text };
  }

  @MemberMutation(() => ApiKey, { needs: 'admin', does: 'Revokes a key; what uses it is cut off within seconds.' })
  revokeApiKey(@CurrentMember() member: MemberCredential, @Args('id', { type: () => ID }) id: string): Promise<ApiKey> {
    return this.#postgres.transaction(member, (trx) => revokeApiKey(trx, member, id));
  }
}
