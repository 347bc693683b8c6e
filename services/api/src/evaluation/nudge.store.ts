import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../platform.module.ts';
import { clockChangesApart } from '../ruleset/clock-changes.store.ts';
import { eventBytes } from '../ruleset/event.ts';
import type { EventStream } from '../ruleset/open-stream.store.ts';
import { Readers } from '../ruleset/readers.store.ts';
import { RulesetStore } from '../ruleset/ruleset.store.ts';
import type { Change, Snapshot } from '../ruleset/snapshot.ts';
import { EventStreams } from '../ruleset/stream.store.ts';

/** A client that asks for the flags and then connects may have asked before a change that it never hears of. */
export const connectsWithinMs = 5000;

/** Tells OFREP's event streams that something changed, not what. */
@Injectable()
export class Nudges {
  readonly #rulesets: RulesetStore;
  readonly #streams: EventStreams;
  readonly #clock: Clock;
  readonly #channels = new Map<string, Channel>();

  constructor(
    @Inject(RulesetStore) rulesets: RulesetStore,
    @Inject(EventStreams) streams: EventStreams,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#rulesets = rulesets;
    this.#streams = streams;
    this.#clock = clock;
  }

  /** Notices changes of an environment from now on; whoever is answered in bulk is likely to connect next. */
  watch(snapshot: Snapshot): void {
    if (!this.#channels.has(snapshot.environmentId)) this.#channelOf(snapshot, Number.NEGATIVE_INFINITY);
  }

  /** Nudges at every change, and at once when the stream was away during one; returns the undo. */
  follow(snapshot: Snapshot, stream: EventStream, lastEventId: string | undefined): () => void {
    const channel = this.#channels.get(snapshot.environmentId) ?? this.#channelOf(snapshot, this.#clock());
    const { id, event } = channel.state;
    const isRecent = this.#clock() - channel.noticedAt < connectsWithinMs;
    const isBehind = lastEventId === undefined ? isRecent : lastEventId !== id;
    // an id without data nudges nobody, and comes back as Last-Event-ID
    stream.send(isBehind ? event : `id: ${id}\n\n`);
    return channel.readers.add({ stream, told: id });
  }

  #channelOf(snapshot: Snapshot, noticedAt: number): Channel {
    const readers = new Readers<Reader>((reader) => bring(channel, reader), this.#streams.propagated);
    const channel: Channel = { readers, noticedAt, state: this.#stateOf(snapshot, undefined) };
    this.#rulesets.subscribe(
      snapshot.environmentId,
      clockChangesApart((change) => this.#spread(channel, change)),
    );
    this.#channels.set(snapshot.environmentId, channel);
    return channel;
  }

  #spread(channel: Channel, { next, changedAt }: Change): void {
    channel.noticedAt = this.#clock();
    channel.state = this.#stateOf(next, changedAt ?? channel.noticedAt);
    channel.readers.spread(changedAt);
  }

  /** What decisions are made of: the version, and the instant that the clock has brought them to. */
  #stateOf(snapshot: Snapshot, changedAt: number | undefined): State {
    const { version: etag } = snapshot;
    const moment = this.#rulesets.momentOf(snapshot);
    const id = moment === 0 ? etag : `${etag}@${moment}`;
    const lastModified = changedAt === undefined ? {} : { lastModified: Math.floor(changedAt / 1000) };
    const data = JSON.stringify({ type: 'refetchEvaluation', etag, ...lastModified });
    return { id, event: eventBytes({ id, event: 'message', data }) };
  }
}

interface Channel {
  readonly readers: Readers<Reader>;
  /** When a change was noticed here last. */
  noticedAt: number;
  state: State;
}

interface State {
  readonly id: string;
  /** Tells of it; the same bytes for all. */
  readonly event: Buffer;
}

interface Reader {
  readonly stream: EventStream;
  /** Id of the state that it knows of. */
  told: string;
}

function bring({ state }: Channel, reader: Reader): void {
  if (reader.told === state.id) return;
  reader.told = state.id;
  reader.stream.send(state.event);
}
