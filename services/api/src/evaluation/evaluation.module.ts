import { Module } from '@nestjs/common';
import { KeysModule } from '../access/keys.module.ts';
import { CONFIG, type Config } from '../config.ts';
import { RulesetModule } from '../ruleset/ruleset.module.ts';
import { Decisions } from './decision.store.ts';
import { DecisionStreams } from './decision-stream.store.ts';
import { DecisionsController } from './decisions.controller.ts';
import { EvaluationResolver } from './evaluation.resolver.ts';
import { EVENT_TOKEN_ROOT, EventTokens } from './event-token.store.ts';
import { Nudges } from './nudge.store.ts';
import { OfrepController } from './ofrep.controller.ts';

/** Decisions for those who do not decide themselves. */
@Module({
  imports: [KeysModule, RulesetModule],
  controllers: [OfrepController, DecisionsController],
  providers: [
    Decisions,
    DecisionStreams,
    EventTokens,
    Nudges,
    EvaluationResolver,
    { provide: EVENT_TOKEN_ROOT, useFactory: eventTokenRoot, inject: [CONFIG] },
  ],
  exports: [Decisions],
})
export class EvaluationModule {}

/** The one secret that all replicas share, and all relays of the same environments. */
function eventTokenRoot({ role, signingKey, relayKeys }: Config): string {
  return role === 'relay' ? relayKeys.toSorted().join(',') : signingKey;
}
