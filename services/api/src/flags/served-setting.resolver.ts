import { Inject } from '@nestjs/common';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Postgres } from '../postgres.ts';
import { RulesetStore } from '../ruleset/ruleset.store.ts';
import type { Snapshot } from '../ruleset/snapshot.ts';
import { FlagSetting } from './flags.graphql.ts';
import { readRevisionOfForm } from './flags.sql.ts';

/** What of a setting is served, beside what is stored. */
@Resolver(() => FlagSetting)
export class ServedSettingResolver {
  readonly #postgres: Postgres;
  readonly #rulesets: RulesetStore;

  constructor(@Inject(Postgres) postgres: Postgres, @Inject(RulesetStore) rulesets: RulesetStore) {
    this.#postgres = postgres;
    this.#rulesets = rulesets;
  }

  @ResolveField(() => String, {
    nullable: true,
    description: 'The revision that is served: an earlier one where the newest does not compile; null where none is.',
  })
  async servedRevision(@Parent() setting: FlagSetting): Promise<string | null> {
    const snapshot = await this.#snapshotOf(setting);
    const served = snapshot?.ruleset.flags[setting.flagKey];
    if (snapshot === undefined || served === undefined) return null;
    if (!snapshot.substituted.has(setting.flagKey)) return setting.revision;
    return readRevisionOfForm(this.#postgres.db, setting.environment.id, served);
  }

  @ResolveField(() => String, { nullable: true, description: 'Why the newest revision is not served.' })
  async problem(@Parent() setting: FlagSetting): Promise<string | null> {
    const problems = (await this.#snapshotOf(setting))?.problems.get(setting.flagKey) ?? [];
    return problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ') || null;
  }

  /** A ruleset that cannot be had now leaves these two fields empty, not the whole answer. */
  async #snapshotOf({ environment }: FlagSetting): Promise<Snapshot | undefined> {
    return this.#rulesets.current(environment.id) ?? this.#rulesets.open(environment.id).catch(() => undefined);
  }
}
