import { Inject } from '@nestjs/common';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { RulesetStore } from '../ruleset/ruleset.store.ts';
import type { Snapshot } from '../ruleset/snapshot.ts';
import { FlagSetting } from './flags.graphql.ts';

/** What of a setting is served, beside what is stored. */
@Resolver(() => FlagSetting)
export class ServedSettingResolver {
  readonly #rulesets: RulesetStore;

  constructor(@Inject(RulesetStore) rulesets: RulesetStore) {
    this.#rulesets = rulesets;
  }

  @ResolveField(() => String, {
    nullable: true,
    description: 'The revision that is served; null where an earlier one is, or none yet.',
  })
  async servedRevision(@Parent() setting: FlagSetting): Promise<string | null> {
    const snapshot = await this.#snapshotOf(setting);
    const isServed = snapshot !== undefined && Object.hasOwn(snapshot.ruleset.flags, setting.flagKey);
    return isServed && !snapshot.substituted.has(setting.flagKey) ? setting.revision : null;
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
