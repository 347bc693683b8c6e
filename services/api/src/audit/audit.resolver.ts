import { Inject } from '@nestjs/common';
import { Args, ArgsType, Field, Int, Resolver } from '@nestjs/graphql';
import type { MemberCredential } from '../access/credential.ts';
import { CurrentMember, MemberQuery } from '../access/needs.guard.ts';
import { readableProject } from '../access/projects.sql.ts';
import { CONFIG, type Config } from '../config.ts';
import { cursorSecret, pageSize, readCursor, writeCursor } from '../graphql/cursor.ts';
import { Postgres } from '../postgres.ts';
import { AuditConnection } from './audit.graphql.ts';
import { readAudit } from './audit.sql.ts';

@ArgsType()
class AuditArgs {
  @Field(() => String)
  declare project: string;

  @Field(() => String, { nullable: true })
  declare environment?: string | null;

  @Field(() => String, { nullable: true, description: 'Key of a flag: its own entries and those of its settings.' })
  declare flag?: string | null;

  @Field(() => Int, { nullable: true, defaultValue: 50, description: '1 to 200.' })
  declare first?: number | null;

  @Field(() => String, { nullable: true, description: 'endCursor of the page before.' })
  declare after?: string | null;
}

/** Reading the audit log. */
@Resolver()
export class AuditResolver {
  readonly #postgres: Postgres;
  readonly #secret: Buffer;

  constructor(@Inject(Postgres) postgres: Postgres, @Inject(CONFIG) config: Config) {
    this.#postgres = postgres;
    this.#secret = cursorSecret(config.signingKey);
  }

  @MemberQuery(() => AuditConnection, { needs: 'viewer', does: 'Who changed what, when and why; newest first.' })
  async audit(@CurrentMember() member: MemberCredential, @Args() args: AuditArgs): Promise<AuditConnection> {
    const { db } = this.#postgres;
    const project = await readableProject(db, member, { key: args.project });
    const list = `audit:${project.id}`;
    const first = pageSize(args.first ?? 50);
    const after = args.after == null ? undefined : readCursor(this.#secret, list, args.after);
    const { environment = null, flag = null } = args;
    const found = await readAudit(db, project.id, { environment, flag, first, after });
    const nodes = found.slice(0, first);
    const last = nodes.at(-1);
    const endCursor = last === undefined ? null : writeCursor(this.#secret, { list, after: last.id });
    return { nodes, endCursor, hasNextPage: found.length > first };
  }
}
