import type { EvaluationContext } from '@burgee/evaluator';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { eventBytes } from '../ruleset/event.ts';
import type { EventStream } from '../ruleset/open-stream.store.ts';
import { Readers } from '../ruleset/readers.store.ts';
import { RulesetStore } from '../ruleset/ruleset.store.ts';
import type { Snapshot } from '../ruleset/snapshot.ts';
import { EventStreams } from '../ruleset/stream.store.ts';
import { Decisions, type Rendered } from './decision.store.ts';
import { changedBody, decisionsBody } from './decisions.ts';
import type { Audience } from './rendering.ts';

/** Whom a stream decides for. */
export interface Listening {
  readonly stream: EventStream;
  readonly context: EvaluationContext;
  readonly audience: Audience;
  /** The id of the last event that the reader has for this context; undefined: it has nothing. */
  readonly lastEventId: string | undefined;
}

export const decisionStreamLimits = { contextBytes: 4096, gatherAbove: 1000, gatherMs: 250 } as const;

/** Decides again for every open stream when its environment changes, and sends what came out differently. */
@Injectable()
export class DecisionStreams implements OnApplicationShutdown {
  readonly #rulesets: RulesetStore;
  readonly #decisions: Decisions;
  readonly #streams: EventStreams;
  readonly #channels = new Map<string, Channel>();

  constructor(
    @Inject(RulesetStore) rulesets: RulesetStore,
    @Inject(Decisions) decisions: Decisions,
    @Inject(EventStreams) streams: EventStreams,
  ) {
    this.#rulesets = rulesets;
    this.#decisions = decisions;
    this.#streams = streams;
  }

  /** Sends all decisions now, unless the reader has them, and those that change later; returns the undo. */
  follow(snapshot: Snapshot, { stream, context, audience, lastEventId }: Listening): () => void {
    const channel = this.#channelOf(snapshot);
    const state = this.#newest(channel);
    const standing = this.#standingOf(state, audience, context);
    const id = idOf(state, standing);
    if (lastEventId === id && !standing.isDrawn) stream.send(bareEvent('unchanged', state, id));
    else {
      for (const { delivered } of standing.decided) delivered.count += 1;
      stream.sendWhole(eventBytes({ id, event: 'decisions', data: decisionsBody(state.version, standing.decided) }));
    }
    const isKept = Buffer.byteLength(JSON.stringify(context)) <= decisionStreamLimits.contextBytes;
    const reader: Reader = { stream, audience, context: undefined, standing: nothing, state };
    if (isKept) Object.assign(reader, { context, standing });
    else forgetUnused(standing);
    reader.standing.readers += 1;
    const forget = channel.readers.add(reader);
    return () => {
      forget();
      release(reader);
    };
  }

  onApplicationShutdown(): void {
    for (const channel of this.#channels.values()) clearTimeout(channel.gathering);
  }

  #channelOf({ environmentId }: Snapshot): Channel {
    let channel = this.#channels.get(environmentId);
    if (channel === undefined) {
      const opened: Channel = {
        environmentId,
        state: undefined,
        readers: new Readers(
          (reader) => this.#bring(opened, reader),
          (changedAts) => {
            opened.state?.events.clear();
            this.#streams.propagated(changedAts);
          },
        ),
        gathered: [],
        publishedAt: Number.NEGATIVE_INFINITY,
      };
      this.#rulesets.subscribe(environmentId, ({ changedAt }) => this.#gather(opened, changedAt));
      this.#channels.set(environmentId, opened);
      channel = opened;
    }
    return channel;
  }

  /** A change goes out at once; with many readers, those that come soon after it are decided together. */
  #gather(channel: Channel, changedAt: number | undefined): void {
    channel.gathered.push(changedAt);
    if (channel.gathering !== undefined) return;
    const { gatherAbove, gatherMs } = decisionStreamLimits;
    const isCrowded = channel.readers.size > gatherAbove;
    const waitMs = isCrowded ? channel.publishedAt + gatherMs - performance.now() : 0;
    if (waitMs > 0) channel.gathering = setTimeout(publish, waitMs, channel).unref();
    else publish(channel);
  }

  /** What is decided from now; a change that has not been spread yet counts, for whoever comes meanwhile. */
  #newest(channel: Channel): State {
    const snapshot = this.#rulesets.current(channel.environmentId) as Snapshot;
    const moment = this.#rulesets.momentOf(snapshot);
    const known = channel.state;
    if (known?.snapshot === snapshot && known.moment === moment) return known;
    const { version } = snapshot;
    channel.state = { snapshot, version, moment, standings: new Map(), events: new Map() };
    return channel.state;
  }

  /** Contexts that agree in what rules read share one decision; what chance had a part in is not shared. */
  #standingOf(state: State, audience: Audience, context: EvaluationContext): Standing {
    const tag = this.#decisions.tag(state.snapshot, audience, context);
    const known = state.standings.get(tag);
    if (known !== undefined) return known;
    const { rendered: decided, isDrawn } = this.#decisions.all(state.snapshot, audience, context);
    const standing: Standing = { tag, decided, isDrawn, readers: 0, among: state.standings };
    if (!isDrawn) state.standings.set(tag, standing);
    return standing;
  }

  #bring(channel: Channel, reader: Reader): void {
    const state = this.#newest(channel);
    if (reader.state === state) return;
    reader.state = state;
    const { stream, audience, context, standing: before } = reader;
    if (context === undefined) {
      stream.send(refetchEvent(state));
      return;
    }
    const after = this.#standingOf(state, audience, context);
    release(reader);
    after.readers += 1;
    reader.standing = after;
    const event = changedEvent(state, before, after);
    if (event !== undefined) stream.send(event);
  }
}

interface Reader {
  readonly stream: EventStream;
  readonly audience: Audience;
  /** Undefined: too large to keep; its reader is told to ask again. */
  context: EvaluationContext | undefined;
  /** What the reader was sent. */
  standing: Standing;
  state: State;
}

/** What one context gets, shared by all contexts that get the same. */
interface Standing {
  readonly tag: string;
  readonly decided: readonly Rendered[];
  readonly isDrawn: boolean;
  /** Forgotten with the last of them. */
  readers: number;
  readonly among: Map<string, Standing>;
}

const nothing: Standing = { tag: '', decided: [], isDrawn: false, readers: 0, among: new Map() };

/** What decisions are made of at the moment, and what has been made of it. */
interface State {
  readonly snapshot: Snapshot;
  readonly version: string;
  readonly moment: number;
  readonly standings: Map<string, Standing>;
  /** Events for all who come from one standing to another; kept while readers are being brought. */
  readonly events: Map<string, Buffer | undefined>;
}

interface Channel {
  readonly environmentId: string;
  state: State | undefined;
  readonly readers: Readers<Reader>;
  /** Instants of the changes that have not been spread. */
  gathered: (number | undefined)[];
  gathering?: NodeJS.Timeout;
  publishedAt: number;
}

function publish(channel: Channel): void {
  const changedAts = channel.gathered;
  channel.gathered = [];
  delete channel.gathering;
  channel.publishedAt = performance.now();
  channel.readers.spread(...changedAts);
}

function release({ standing }: Reader): void {
  standing.readers -= 1;
  forgetUnused(standing);
}

function forgetUnused(standing: Standing): void {
  if (standing.readers === 0 && standing.among.get(standing.tag) === standing) standing.among.delete(standing.tag);
}

/** Undefined: nothing came out differently. */
function changedEvent(state: State, before: Standing, after: Standing): Buffer | undefined {
  const isShared = !before.isDrawn && !after.isDrawn;
  const way = `${before.tag} ${after.tag}`;
  if (isShared && state.events.has(way)) return state.events.get(way);
  const data = changedBody(state.version, before.decided, after.decided);
  const event = data === undefined ? undefined : eventBytes({ id: idOf(state, after), event: 'changed', data });
  if (isShared) state.events.set(way, event);
  return event;
}

/** Names the version, and what of the context rules read: whoever comes back with it for another context has not got its decisions. */
function idOf({ version }: State, { tag }: Standing): string {
  return `${version}/${tag}`;
}

const refetchEvents = new WeakMap<State, Buffer>();

function refetchEvent(state: State): Buffer {
  const event = refetchEvents.get(state) ?? bareEvent('refetch', state, state.version);
  refetchEvents.set(state, event);
  return event;
}

function bareEvent(event: 'unchanged' | 'refetch', { version }: State, id: string): Buffer {
  return eventBytes({ id, event, data: JSON.stringify({ version }) });
}
