import { Inject } from '@nestjs/common';
import { Args, ID, Resolver } from '@nestjs/graphql';
import { BurgeeError } from '../errors.ts';
import { CLOCK, type Clock } from '../platform.module.ts';
import { Postgres } from '../postgres.ts';
import { attempts, canonicalEmail } from './attempts.ts';
import type { MemberCredential } from './credential.ts';
import {
  CreatedAccessToken,
  CreateMemberInput,
  expiresInDays,
  Me,
  mostDays,
  ProjectMember,
} from './members.graphql.ts';
import {
  insertAccessToken,
  insertMember,
  readMe,
  readMemberId,
  readMembers,
  readPasswordHash,
  revokeAccessToken,
  writePassword,
  writeRole,
} from './members.sql.ts';
import { CurrentMember, MemberMutation, MemberQuery } from './needs.guard.ts';
import { hashPassword, isPassword } from './password.ts';
import { RoleName } from './projects.graphql.ts';
import { readableProject } from './projects.sql.ts';
import type { Role } from './role.ts';
import { hashAccessToken, newAccessToken } from './secrets.ts';

/** People, what they may do, and the tokens of their programs. */
@Resolver()
export class MembersResolver {
  readonly #postgres: Postgres;
  readonly #clock: Clock;
  readonly #passwordTries = attempts({ most: 10, windowMs: 15 * 60_000 });

  constructor(@Inject(Postgres) postgres: Postgres, @Inject(CLOCK) clock: Clock) {
    this.#postgres = postgres;
    this.#clock = clock;
  }

  @MemberQuery(() => Me, { needs: 'self', does: 'The member who asks.' })
  me(@CurrentMember() member: MemberCredential): Promise<Me> {
    return readMe(this.#postgres.db, member);
  }

  @MemberQuery(() => [ProjectMember], { needs: 'developer', does: 'The members of a project.' })
  async members(
    @CurrentMember() member: MemberCredential,
    @Args('project', { type: () => String }) key: string,
  ): Promise<ProjectMember[]> {
    const { id } = await readableProject(this.#postgres.db, member, { key, least: 'developer' });
    return readMembers(this.#postgres.db, id);
  }

  @MemberMutation(() => ProjectMember, {
    needs: 'admin',
    does: 'Adds a member, or gives one who is here already a role.',
  })
  async createMember(
    @CurrentMember() member: MemberCredential,
    @Args('input', { type: () => CreateMemberInput }) input: CreateMemberInput,
  ): Promise<ProjectMember> {
    const project = await readableProject(this.#postgres.db, member, { key: input.project, least: 'admin' });
    const passwordHash = input.password ? await hashPassword(input.password) : null;
    const email = canonicalEmail(input.email);
    return this.#postgres.transaction(member, async (trx) => {
      const known = await readMemberId(trx, email);
      if (known !== undefined && passwordHash !== null) {
        throw new BurgeeError('BAD_INPUT', `${email} is a member already and keeps its password`, {
          fix: 'Leave the password out.',
        });
      }
      const memberId = known ?? (await insertMember(trx, { email, name: input.name, passwordHash }));
      await writeRole(trx, { projectId: project.id, memberId, role: input.role });
      return (await readMembers(trx, project.id, memberId))[0] as ProjectMember;
    });
  }

  @MemberMutation(() => ProjectMember, { needs: 'admin', does: 'Changes a role; null takes it away.', nullable: true })
  async setMemberRole(
    @CurrentMember() member: MemberCredential,
    @Args('project', { type: () => String }) key: string,
    @Args('memberId', { type: () => ID }) memberId: string,
    @Args('role', { type: () => RoleName, nullable: true }) role: Role | null,
  ): Promise<ProjectMember | null> {
    return this.#postgres.transaction(member, async (trx) => {
      const project = await readableProject(trx, member, { key });
      const [before] = await readMembers(trx, project.id, memberId);
      if (before === undefined) throw new BurgeeError('NOT_FOUND', `no such member in project ${key}`);
      await writeRole(trx, { projectId: project.id, memberId, role: role ?? null });
      return (await readMembers(trx, project.id, memberId))[0] ?? null;
    });
  }

  @MemberMutation(() => Boolean, {
    needs: 'self',
    does: "Changes one's own password and ends one's other sessions; access tokens stay.",
  })
  async changePassword(
    @CurrentMember() member: MemberCredential,
    @Args('current', { type: () => String }) current: string,
    @Args('next', { type: () => String }) next: string,
  ): Promise<boolean> {
    const waitSeconds = this.#passwordTries.count(member.memberId, this.#clock());
    if (waitSeconds !== undefined) {
      throw new BurgeeError('TOO_MANY_REQUESTS', 'too many tries', { retryAfterSeconds: waitSeconds });
    }
    const was = await readPasswordHash(this.#postgres.db, member);
    if (!(await isPassword(current, was)) || was === undefined) {
      throw new BurgeeError('FORBIDDEN', 'that is not your current password', { fix: 'Check it and try again.' });
    }
    const becomes = await hashPassword(next);
    const isChanged = await this.#postgres.transaction(member, (trx) => writePassword(trx, member, { was, becomes }));
    if (!isChanged) throw new BurgeeError('REVISION_CONFLICT', 'your password was changed meanwhile');
    this.#passwordTries.forget(member.memberId);
    return true;
  }

  @MemberMutation(() => CreatedAccessToken, {
    needs: 'self',
    does: 'Makes an access token; its text is shown this once.',
  })
  async createAccessToken(
    @CurrentMember() member: MemberCredential,
    @Args('name', { type: () => String }) name: string,
    @Args('expiresInDays', expiresInDays) days: number | null,
  ): Promise<CreatedAccessToken> {
    if (days != null && (days < 1 || days > mostDays)) {
      throw new BurgeeError('BAD_INPUT', `expiresInDays must be from 1 to ${mostDays}`);
    }
    if (name.trim() === '') throw new BurgeeError('BAD_INPUT', 'name must not be empty');
    const secret = newAccessToken();
    const token = { memberId: member.memberId, name, hash: hashAccessToken(secret), expiresInDays: days ?? null };
    const accessToken = await this.#postgres.transaction(member, (trx) => insertAccessToken(trx, token));
    return { accessToken, secret };
  }

  @MemberMutation(() => Boolean, { needs: 'self', does: "Ends an access token of one's own." })
  async revokeAccessToken(
    @CurrentMember() member: MemberCredential,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<boolean> {
    await this.#postgres.transaction(member, (trx) => revokeAccessToken(trx, member, id));
    return true;
  }
}
