import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../platform.module.ts';
import { eventText } from '../ruleset/event.ts';
import { RulesetStore } from '../ruleset/ruleset.store.ts';
import type { Snapshot } from '../ruleset/snapshot.ts';
import { type EventStream, forEachInTurns } from '../ruleset/stream.store.ts';

/** A client that asks for the flags and then connects may have asked before a change that it never hears of. */
export const connectsWithinMs = 5000;

/** Tells OFREP's event streams that something changed, not what. */
@Injectable()
export class Nudges {
  readonly #rulesets: RulesetStore;
  readonly #clock: Clock;
  readonly #channels = new Map<string, Channel>();

  constructor(@Inject(RulesetStore) rulesets: RulesetStore, @Inject(CLOCK) clock: Clock) {
    this.#rulesets = rulesets;
    this.#clock = clock;
  }

  /** Notices changes of an environment from now on; whoever is answered in bulk is likely to connect next. */
  watch(environmentId: string): void {
    this.#channelOf(environmentId, Number.NEGATIVE_INFINITY);
  }

  /** Nudges at every change, and at once when the stream was away during one; returns the undo. */
  follow(snapshot: Snapshot, stream: EventStream, lastEventId: string | undefined): () => void {
    const channel = this.#channelOf(snapshot.environmentId, this.#clock());
    const state = this.#stateOf(snapshot);
    const reader: Reader = { stream, told: state };
    const isBehind =
      lastEventId === undefined ? this.#clock() - channel.changedAt < connectsWithinMs : lastEventId !== state;
    // an id without data nudges nobody, and comes back as Last-Event-ID
    stream.send(isBehind ? nudge(state, snapshot, channel) : `id: ${state}\n\n`);
    channel.readers.add(reader);
    return () => {
      channel.readers.delete(reader);
    };
  }

  #channelOf(environmentId: string, changedAt: number): Channel {
    let channel = this.#channels.get(environmentId);
    if (channel === undefined) {
      const opened: Channel = { readers: new Set(), changedAt };
      this.#rulesets.subscribe(environmentId, () => this.#publish(opened, environmentId));
      this.#channels.set(environmentId, opened);
      channel = opened;
    }
    return channel;
  }

  #publish(channel: Channel, environmentId: string): void {
    channel.changedAt = this.#clock();
    const snapshot = this.#rulesets.current(environmentId);
    if (snapshot === undefined) return;
    const state = this.#stateOf(snapshot);
    channel.state = state;
    const event = Buffer.from(nudge(state, snapshot, channel));
    forEachInTurns(channel.readers, (reader) => {
      // told when it connected, or about to be told of a later change
      if (reader.told === state || channel.state !== state) return;
      reader.told = state;
      reader.stream.send(event);
    });
  }

  /** Names what decisions are made of: the version, and the instant that the clock has brought them to. */
  #stateOf(snapshot: Snapshot): string {
    const moment = this.#rulesets.momentOf(snapshot);
    return moment === 0 ? snapshot.version : `${snapshot.version}@${moment}`;
  }
}

interface Channel {
  readonly readers: Set<Reader>;
  changedAt: number;
  /** The newest that readers are told of. */
  state?: string;
}

interface Reader {
  readonly stream: EventStream;
  told: string;
}

function nudge(id: string, { version }: Snapshot, { changedAt }: Channel): string {
  const lastModified = Number.isFinite(changedAt) ? { lastModified: Math.floor(changedAt / 1000) } : {};
  return eventText({
    id,
    event: 'message',
    data: JSON.stringify({ type: 'refetchEvaluation', etag: version, ...lastModified }),
  });
}
