import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { RulesetModule } from '../ruleset/ruleset.module.ts';
import { ChangesController } from './changes.controller.ts';

/** The admin's live updates. */
@Module({ imports: [AccessModule, RulesetModule], controllers: [ChangesController] })
export class ChangesModule {}
