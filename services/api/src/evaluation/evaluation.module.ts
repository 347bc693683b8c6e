import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { RulesetModule } from '../ruleset/ruleset.module.ts';
import { Decisions } from './decision.store.ts';
import { DecisionStreams } from './decision-stream.store.ts';
import { DecisionsController } from './decisions.controller.ts';
import { EvaluationResolver } from './evaluation.resolver.ts';
import { EventTokens } from './event-token.store.ts';
import { OfrepController } from './ofrep.controller.ts';

/** Decisions for those who do not decide themselves. */
@Module({
  imports: [AccessModule, RulesetModule],
  controllers: [OfrepController, DecisionsController],
  providers: [Decisions, DecisionStreams, EventTokens, EvaluationResolver],
  exports: [Decisions],
})
export class EvaluationModule {}
