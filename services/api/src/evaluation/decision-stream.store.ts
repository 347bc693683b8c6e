import type { EvaluationContext } from '@burgee/evaluator';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { eventText } from '../ruleset/event.ts';
import { RulesetStore } from '../ruleset/ruleset.store.ts';
import type { Snapshot } from '../ruleset/snapshot.ts';
import { type EventStream, forEachInTurns } from '../ruleset/stream.store.ts';
import { Decisions, type Rendered } from './decision.store.ts';
import { changedBody, decisionsBody } from './decisions.ts';
import type { Audience } from './rendering.ts';

/** Whom a stream decides for. */
export interface Listening {
  readonly stream: EventStream;
  readonly context: EvaluationContext;
  readonly audience: Audience;
}

export const decisionStreamLimits = { contextCharacters: 4096, gatherAbove: 1000, gatherMs: 250 } as const;

/** Decides again for every open stream when its environment changes, and sends what came out differently. */
@Injectable()
export class DecisionStreams implements OnApplicationShutdown {
  readonly #rulesets: RulesetStore;
  readonly #decisions: Decisions;
  readonly #channels = new Map<string, Channel>();

  constructor(@Inject(RulesetStore) rulesets: RulesetStore, @Inject(Decisions) decisions: Decisions) {
    this.#rulesets = rulesets;
    this.#decisions = decisions;
  }

  /** Sends all decisions now and those that change later; returns the undo. */
  follow(snapshot: Snapshot, listening: Listening): () => void {
    const channel = this.#channelOf(snapshot.environmentId);
    const { rendered: decided } = this.#decisions.all(snapshot, listening.audience, listening.context);
    for (const { delivered } of decided) delivered.count += 1;
    const data = decisionsBody(snapshot.version, decided);
    listening.stream.send(eventText({ id: snapshot.version, event: 'decisions', data }));
    // a large context is not kept: its reader is told to ask again
    const isKept = JSON.stringify(listening.context).length <= decisionStreamLimits.contextCharacters;
    const reader: Reader = { ...listening, decided: isKept ? decided : undefined };
    channel.readers.add(reader);
    return () => {
      channel.readers.delete(reader);
    };
  }

  onApplicationShutdown(): void {
    for (const channel of this.#channels.values()) clearTimeout(channel.gathering);
  }

  #channelOf(environmentId: string): Channel {
    let channel = this.#channels.get(environmentId);
    if (channel === undefined) {
      const opened: Channel = { readers: new Set() };
      this.#rulesets.subscribe(environmentId, ({ next }) => this.#gather(opened, next.environmentId));
      this.#channels.set(environmentId, opened);
      channel = opened;
    }
    return channel;
  }

  /** With many readers, changes that come close together are decided once. */
  #gather(channel: Channel, environmentId: string): void {
    if (channel.gathering !== undefined) return;
    const publish = () => {
      delete channel.gathering;
      const snapshot = this.#rulesets.current(environmentId);
      if (snapshot !== undefined) this.#publish(channel, snapshot);
    };
    if (channel.readers.size <= decisionStreamLimits.gatherAbove) publish();
    else channel.gathering = setTimeout(publish, decisionStreamLimits.gatherMs).unref();
  }

  #publish(channel: Channel, snapshot: Snapshot): void {
    const decided = new Map<string, readonly Rendered[]>();
    forEachInTurns(channel.readers, (reader) => {
      if (!reader.stream.isOpen) return;
      if (reader.decided === undefined) {
        reader.stream.send(
          eventText({ id: snapshot.version, event: 'refetch', data: JSON.stringify({ version: snapshot.version }) }),
        );
        return;
      }
      // contexts that agree in what rules read share one decision
      const tag = this.#decisions.tag(snapshot, reader.audience, reader.context);
      const after = decided.get(tag) ?? this.#decide(snapshot, reader, (all) => decided.set(tag, all));
      const data = changedBody(snapshot.version, reader.decided, after);
      reader.decided = after;
      if (data !== undefined) reader.stream.send(eventText({ id: snapshot.version, event: 'changed', data }));
    });
  }

  /** What chance had a part in is not shared. */
  #decide(snapshot: Snapshot, reader: Reader, share: (decided: readonly Rendered[]) => void): readonly Rendered[] {
    const { rendered, isDrawn } = this.#decisions.all(snapshot, reader.audience, reader.context);
    if (!isDrawn) share(rendered);
    return rendered;
  }
}

interface Reader extends Listening {
  /** What the reader was sent; undefined: its context was too large to keep. */
  decided: readonly Rendered[] | undefined;
}

interface Channel {
  readonly readers: Set<Reader>;
  gathering?: NodeJS.Timeout;
}
