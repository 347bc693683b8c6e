import { Inject } from '@nestjs/common';
import { Args, Field, Int, ObjectType, Resolver } from '@nestjs/graphql';
import type { MemberCredential } from '../access/credential.ts';
import { CurrentMember, MemberQuery } from '../access/needs.guard.ts';
import { readableProject } from '../access/projects.sql.ts';
import { Postgres } from '../postgres.ts';
import { readUnknownFlags } from './unknown-flags.sql.ts';

@ObjectType({ description: 'A key that code asked for and that no flag has.' })
export class UnknownFlag {
  @Field(() => String)
  declare flagKey: string;

  @Field(() => String)
  declare environment: string;

  @Field(() => String)
  declare application: string;

  @Field(() => Date)
  declare firstSeen: Date;

  @Field(() => Date)
  declare lastSeen: Date;

  @Field(() => Int)
  declare count: number;

  @Field(() => String, { nullable: true, description: 'The key of a flag that was probably meant.' })
  declare didYouMean: string | null;

  @Field(() => Date, { nullable: true, description: 'When the flag of this key was archived: code still asks for it.' })
  declare archivedAt: Date | null;
}

/** Typing errors in code, and flags that were archived too early. */
@Resolver()
export class UnknownFlagsResolver {
  readonly #postgres: Postgres;

  constructor(@Inject(Postgres) postgres: Postgres) {
    this.#postgres = postgres;
  }

  @MemberQuery(() => [UnknownFlag], {
    needs: 'viewer',
    does: 'Keys that code asked for and that no flag has, the latest first.',
  })
  async unknownFlags(
    @CurrentMember() member: MemberCredential,
    @Args('project', { type: () => String }) key: string,
  ): Promise<UnknownFlag[]> {
    const { id } = await readableProject(this.#postgres.db, member, { key });
    return readUnknownFlags(this.#postgres, id);
  }
}
