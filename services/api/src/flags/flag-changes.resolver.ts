import { Inject } from '@nestjs/common';
import { Args, Resolver } from '@nestjs/graphql';
import { readEnvironmentId } from '../access/api-keys.sql.ts';
import type { MemberCredential } from '../access/credential.ts';
import { CurrentMember, MemberMutation } from '../access/needs.guard.ts';
import { type ReadableProject, readableProject } from '../access/projects.sql.ts';
import { BurgeeError } from '../errors.ts';
import { withCurrent } from '../graphql/conflict.ts';
import { refuseBadPatterns } from '../graphql/patterns.ts';
import { Postgres } from '../postgres.ts';
import { problemsWith } from '../ruleset/compiling.ts';
import { RulesetStore } from '../ruleset/ruleset.store.ts';
import * as changes from './flag-changes.sql.ts';
import {
  ArchiveFlagInput,
  CreateFlagInput,
  SwitchFlagInput,
  TargetFlagInput,
  UpdateFlagInput,
} from './flag-inputs.graphql.ts';
import { Flag, FlagSetting } from './flags.graphql.ts';
import { readFlag, readServedForm, readSetting } from './flags.sql.ts';

const developerElseOwner = { role: 'developer', production: 'product_owner' } as const;

/** Changing flags: each mutation is one thing that a person does, in one transaction in its name. */
@Resolver()
export class FlagChangesResolver {
  readonly #postgres: Postgres;
  readonly #rulesets: RulesetStore;

  constructor(@Inject(Postgres) postgres: Postgres, @Inject(RulesetStore) rulesets: RulesetStore) {
    this.#postgres = postgres;
    this.#rulesets = rulesets;
  }

  @MemberMutation(() => Flag, { needs: 'developer', does: 'Makes a flag, switched off everywhere.' })
  createFlag(
    @CurrentMember() member: MemberCredential,
    @Args('input', { type: () => CreateFlagInput }) input: CreateFlagInput,
  ): Promise<Flag> {
    return this.#flag(member, input, (trx, project) => changes.insertFlag(trx, project, input));
  }

  @MemberMutation(() => Flag, {
    needs: developerElseOwner,
    does: 'Changes what a flag is, in every environment at once.',
  })
  updateFlag(
    @CurrentMember() member: MemberCredential,
    @Args('input', { type: () => UpdateFlagInput }) input: UpdateFlagInput,
  ): Promise<Flag> {
    return this.#flag(member, input, (trx, project) => changes.updateFlag(trx, project.id, input));
  }

  @MemberMutation(() => Flag, {
    needs: 'admin',
    does: 'Archives a flag for ever; refused while another flag requires it or code used it within 48 hours.',
  })
  archiveFlag(
    @CurrentMember() member: MemberCredential,
    @Args('input', { type: () => ArchiveFlagInput }) input: ArchiveFlagInput,
  ): Promise<Flag> {
    return this.#flag(member, input, (trx, project) => changes.archiveFlag(trx, project.id, input));
  }

  @MemberMutation(() => FlagSetting, {
    needs: developerElseOwner,
    does: 'Switches a flag in one environment. Switching off asks for no revision and no reason; an operational flag never does.',
  })
  switchFlag(
    @CurrentMember() member: MemberCredential,
    @Args('input', { type: () => SwitchFlagInput }) input: SwitchFlagInput,
  ): Promise<FlagSetting> {
    return this.#setting(member, input, (trx, project) => changes.switchFlag(trx, project.id, input));
  }

  @MemberMutation(() => FlagSetting, {
    needs: developerElseOwner,
    does: 'Changes how a flag decides in one environment.',
  })
  targetFlag(
    @CurrentMember() member: MemberCredential,
    @Args('input', { type: () => TargetFlagInput }) input: TargetFlagInput,
  ): Promise<FlagSetting> {
    refuseBadPatterns('INVALID_FLAG', input.rules, 'rules');
    return this.#setting(member, input, async (trx, project) => {
      await changes.targetFlag(trx, project.id, input);
      await this.#refuseUncompilable(trx, project, input);
    });
  }

  /** What another system's language says can be told by compiling it only; the database keeps its shape. */
  async #refuseUncompilable(trx: Db, { id: projectId }: ReadableProject, place: PlaceOfSetting): Promise<void> {
    const flag = await readServedForm(trx, { ...place, projectId });
    if (flag === undefined || (flag.semantics ?? 'burgee-1') === 'burgee-1') return;
    const environmentId = await readEnvironmentId(trx, projectId, place.environment);
    const { ruleset } = await this.#rulesets.open(environmentId);
    const problems = problemsWith(ruleset, [flag]).get(flag.key) ?? [];
    const [first] = problems;
    if (first !== undefined) throw new BurgeeError('INVALID_FLAG', `${first.path}: ${first.message}`, { problems });
  }

  #flag(member: MemberCredential, input: { project: string; key: string }, change: Change): Promise<Flag> {
    return this.#change(member, { input, change }, async (db, project) => {
      const flag = await readFlag(db, project.id, input.key);
      if (flag === undefined) throw changes.noFlag(input);
      return flag;
    });
  }

  #setting(member: MemberCredential, input: PlaceOfSetting, change: Change): Promise<FlagSetting> {
    return this.#change(member, { input, change }, async (db, project) => {
      const setting = await readSetting(db, { ...input, projectId: project.id });
      if (setting === undefined) throw changes.noFlag(input);
      return setting;
    });
  }

  /** Changes in one transaction and reads after it: its end is what gives the environments their new versions. */
  async #change<T>(
    member: MemberCredential,
    { input, change }: { input: { project: string }; change: Change },
    read: (db: Db, project: ReadableProject) => Promise<T>,
  ): Promise<T> {
    const { db } = this.#postgres;
    // the database decides; asked here too, so that a change that changes nothing is no way round it
    const project = await readableProject(db, member, { key: input.project, least: 'developer' });
    const write = this.#postgres.transaction(member, (trx) => change(trx, project));
    await withCurrent(write, () => read(db, project));
    return read(db, project);
  }
}

type Db = Postgres['db'];
type Change = (trx: Db, project: ReadableProject) => Promise<void>;
type PlaceOfSetting = { project: string; environment: string; key: string };
