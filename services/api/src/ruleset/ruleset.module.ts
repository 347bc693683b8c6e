import { Module } from '@nestjs/common';
import { KeysModule } from '../access/keys.module.ts';
import { Polls } from './poll.store.ts';
import { RulesetController } from './ruleset.controller.ts';
import { RulesetListener } from './ruleset.listener.ts';
import { RulesetStore } from './ruleset.store.ts';
import { RulesetStreams } from './ruleset-stream.store.ts';
import { SnapshotFiles } from './snapshot.store.ts';
import { EventStreams } from './stream.store.ts';
import { Tally } from './tally.store.ts';

/** From rows to what is served: listen, read, assemble, publish. */
@Module({
  imports: [KeysModule],
  controllers: [RulesetController],
  providers: [RulesetStore, RulesetListener, SnapshotFiles, RulesetStreams, EventStreams, Polls, Tally],
  exports: [RulesetStore, EventStreams, Polls, Tally],
})
export class RulesetModule {}
