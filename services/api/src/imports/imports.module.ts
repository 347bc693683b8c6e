import { Module } from '@nestjs/common';
import { RulesetModule } from '../ruleset/ruleset.module.ts';
import { ImportsResolver } from './imports.resolver.ts';
import { RulesetResolver } from './ruleset.resolver.ts';

/** From other systems, and back to them. */
@Module({ imports: [RulesetModule], providers: [ImportsResolver, RulesetResolver] })
export class ImportsModule {}
