import { Inject } from '@nestjs/common';
import { Args, Resolver } from '@nestjs/graphql';
import type { MemberCredential } from '../access/credential.ts';
import { CurrentMember, MemberMutation, MemberQuery } from '../access/needs.guard.ts';
import { readableProject } from '../access/projects.sql.ts';
import { withCurrent } from '../graphql/conflict.ts';
import { refuseBadPatterns } from '../graphql/patterns.ts';
import { Postgres } from '../postgres.ts';
import { CreateSegmentInput, Segment, UpdateSegmentInput } from './segments.graphql.ts';
import { archiveSegment, insertSegment, noSegment, readSegments, updateSegment } from './segments.sql.ts';

const developerElseOwner = { role: 'developer', production: 'product_owner' } as const;

/** Segments: a change of one is a change in every environment whose flags name it. */
@Resolver()
export class SegmentsResolver {
  readonly #postgres: Postgres;

  constructor(@Inject(Postgres) postgres: Postgres) {
    this.#postgres = postgres;
  }

  @MemberQuery(() => [Segment], { needs: 'viewer', does: 'The segments of a project, the archived ones last.' })
  async segments(
    @CurrentMember() member: MemberCredential,
    @Args('project', { type: () => String }) projectKey: string,
  ): Promise<Segment[]> {
    const { id } = await readableProject(this.#postgres.db, member, { key: projectKey });
    return readSegments(this.#postgres.db, id);
  }

  @MemberQuery(() => Segment, { needs: 'viewer', does: 'One segment, archived or not.', nullable: true })
  async segment(
    @CurrentMember() member: MemberCredential,
    @Args('project', { type: () => String }) projectKey: string,
    @Args('key', { type: () => String }) key: string,
  ): Promise<Segment | null> {
    const { id } = await readableProject(this.#postgres.db, member, { key: projectKey });
    return (await readSegments(this.#postgres.db, id, key))[0] ?? null;
  }

  @MemberMutation(() => Segment, { needs: 'developer', does: 'Makes a segment.' })
  createSegment(
    @CurrentMember() member: MemberCredential,
    @Args('input', { type: () => CreateSegmentInput }) input: CreateSegmentInput,
  ): Promise<Segment> {
    refuseBadPatterns('INVALID_SEGMENT', input.conditions, 'if');
    return this.#change(member, input, (trx, projectId) => insertSegment(trx, projectId, input));
  }

  @MemberMutation(() => Segment, { needs: developerElseOwner, does: 'Changes a segment.' })
  updateSegment(
    @CurrentMember() member: MemberCredential,
    @Args('input', { type: () => UpdateSegmentInput }) input: UpdateSegmentInput,
  ): Promise<Segment> {
    refuseBadPatterns('INVALID_SEGMENT', input.conditions, 'if');
    return this.#change(member, input, (trx, projectId) => updateSegment(trx, projectId, input));
  }

  @MemberMutation(() => Segment, {
    needs: developerElseOwner,
    does: 'Archives a segment for ever; refused while a flag names it.',
  })
  archiveSegment(
    @CurrentMember() member: MemberCredential,
    @Args('project', { type: () => String }) project: string,
    @Args('key', { type: () => String }) key: string,
    @Args('reason', { type: () => String, nullable: true }) reason?: string | null,
  ): Promise<Segment> {
    return this.#change(member, { project, key }, (trx, projectId) => archiveSegment(trx, projectId, { key, reason }));
  }

  /** Changes in one transaction and reads after it. */
  async #change(
    member: MemberCredential,
    input: { readonly project: string; readonly key: string },
    change: (trx: Postgres['db'], projectId: string) => Promise<void>,
  ): Promise<Segment> {
    const { db } = this.#postgres;
    // the database decides; asked here too, so that a change that changes nothing is no way round it
    const { id } = await readableProject(db, member, { key: input.project, least: 'developer' });
    const read = async () => {
      const [segment] = await readSegments(db, id, input.key);
      if (segment === undefined) throw noSegment(input.key);
      return segment;
    };
    await withCurrent(
      this.#postgres.transaction(member, (trx) => change(trx, id)),
      read,
    );
    return read();
  }
}
