import { Module } from '@nestjs/common';
import { RulesetModule } from '../ruleset/ruleset.module.ts';
import { ExplainResolver } from './explain.resolver.ts';
import { FlagChangesResolver } from './flag-changes.resolver.ts';
import { FlagsResolver } from './flags.resolver.ts';
import { ServedSettingResolver } from './served-setting.resolver.ts';
import { UnknownFlagsResolver } from './unknown-flags.resolver.ts';

/** Managing flags. */
@Module({
  imports: [RulesetModule],
  providers: [FlagsResolver, FlagChangesResolver, ServedSettingResolver, ExplainResolver, UnknownFlagsResolver],
})
export class FlagsModule {}
