import { Inject } from '@nestjs/common';
import { Args, ArgsType, Field, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { MemberCredential } from '../access/credential.ts';
import { CurrentMember, MemberQuery } from '../access/needs.guard.ts';
import { readableProject } from '../access/projects.sql.ts';
import { CONFIG, type Config } from '../config.ts';
import { cursorSecret, pageSize, readCursor, writeCursor } from '../graphql/cursor.ts';
import { Postgres } from '../postgres.ts';
import { FlagKindName } from './flag-kind.graphql.ts';
import { Flag, FlagConnection, type FlagKind, FlagSetting, type FlagState, FlagStateName } from './flags.graphql.ts';
import { countFlags, readFlag, readFlags } from './flags.sql.ts';

@ArgsType()
class FlagsArgs {
  @Field(() => String)
  declare project: string;

  @Field(() => String, { nullable: true, description: 'Text in key, name, description, owner or tags.' })
  declare search?: string | null;

  @Field(() => FlagKindName, { nullable: true })
  declare kind?: FlagKind | null;

  @Field(() => String, { nullable: true })
  declare owner?: string | null;

  @Field(() => FlagStateName, { nullable: true })
  declare state?: FlagState | null;

  @Field(() => Boolean, { nullable: true })
  declare stale?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'The archived ones instead of the others.',
  })
  declare archived?: boolean | null;

  @Field(() => Int, { nullable: true, defaultValue: 50, description: '1 to 200.' })
  declare first?: number | null;

  @Field(() => String, { nullable: true, description: 'endCursor of the page before.' })
  declare after?: string | null;
}

/** Reading flags. */
@Resolver(() => Flag)
export class FlagsResolver {
  readonly #postgres: Postgres;
  readonly #secret: Buffer;

  constructor(@Inject(Postgres) postgres: Postgres, @Inject(CONFIG) config: Config) {
    this.#postgres = postgres;
    this.#secret = cursorSecret(config.signingKey);
  }

  @MemberQuery(() => FlagConnection, { needs: 'viewer', does: 'Flags of a project in the order of their keys.' })
  async flags(@CurrentMember() member: MemberCredential, @Args() args: FlagsArgs): Promise<FlagConnection> {
    const { db } = this.#postgres;
    const project = await readableProject(db, member, { key: args.project });
    const filter = { ...args, archived: args.archived ?? false };
    const first = pageSize(args.first ?? 50);
    const list = `flags:${project.id}`;
    const after = args.after == null ? undefined : readCursor(this.#secret, list, args.after);
    const [found, totalCount] = await Promise.all([
      readFlags(db, project.id, filter, { first, after }),
      countFlags(db, project.id, filter),
    ]);
    const nodes = found.slice(0, first);
    const last = nodes.at(-1);
    const endCursor = last === undefined ? null : writeCursor(this.#secret, { list, after: last.key });
    return { nodes, endCursor, hasNextPage: found.length > first, totalCount };
  }

  @MemberQuery(() => Flag, { needs: 'viewer', does: 'One flag, archived or not.', nullable: true })
  async flag(
    @CurrentMember() member: MemberCredential,
    @Args('project', { type: () => String }) projectKey: string,
    @Args('key', { type: () => String }) key: string,
  ): Promise<Flag | null> {
    const { id } = await readableProject(this.#postgres.db, member, { key: projectKey });
    return (await readFlag(this.#postgres.db, id, key)) ?? null;
  }

  @ResolveField(() => FlagSetting, { nullable: true, description: 'How it decides in one environment.' })
  setting(@Parent() flag: Flag, @Args('environment', { type: () => String }) environment: string): FlagSetting | null {
    return flag.settings.find((setting) => setting.environment.key === environment) ?? null;
  }
}
