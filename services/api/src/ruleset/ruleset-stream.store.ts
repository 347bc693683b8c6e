import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { KeyStore } from '../access/key.store.ts';
import { CLOCK, type Clock } from '../platform.module.ts';
import { eventBytes, eventText } from './event.ts';
import type { EventStream } from './open-stream.store.ts';
import { type Patch, patchBetween } from './patch.ts';
import { Readers } from './readers.store.ts';
import { type RelayKeys, relayKeys } from './relay-keys.ts';
import { RulesetStore } from './ruleset.store.ts';
import type { Change, Snapshot } from './snapshot.ts';
import { EventStreams } from './stream.store.ts';

/** Who asks for a stream of rulesets. */
export interface Follower {
  readonly stream: EventStream;
  /** What it has; undefined: nothing. */
  readonly lastVersion: string | undefined;
  /** A relay is also told which keys it may let in. */
  readonly isRelay: boolean;
}

/** Sends rulesets to those who evaluate by themselves: the whole once, then what changed. */
@Injectable()
export class RulesetStreams implements OnApplicationShutdown {
  readonly #rulesets: RulesetStore;
  readonly #streams: EventStreams;
  readonly #keys: KeyStore;
  readonly #clock: Clock;
  readonly #channels = new Map<string, Channel>();
  readonly #unsubscribe: () => void;

  constructor(
    @Inject(RulesetStore) rulesets: RulesetStore,
    @Inject(EventStreams) streams: EventStreams,
    @Inject(KeyStore) keys: KeyStore,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#rulesets = rulesets;
    this.#streams = streams;
    this.#keys = keys;
    this.#clock = clock;
    this.#unsubscribe = keys.subscribe(() => this.#tellKeys());
  }

  /**
   * Starts to send to a follower, from the version that it has, if the way from there is still known.
   *
   * @returns the undo
   */
  follow(snapshot: Snapshot, { stream, lastVersion, isRelay }: Follower): () => void {
    const channel = this.#channelOf(snapshot);
    const reader: Reader = { stream, version: lastVersion, keysTag: isRelay ? '' : undefined };
    tellKeys(reader, this.keysOf(snapshot.environmentId));
    const isCurrent = reader.version === channel.snapshot.version;
    // who has the current version is told that it is
    if (isCurrent) stream.send(channel.head);
    else bring(reader, channel);
    return channel.readers.add(reader);
  }

  /** The keys that a relay of this environment lets in. */
  keysOf(environmentId: string): RelayKeys {
    return relayKeys(this.#keys.keysOf(environmentId), this.#clock());
  }

  onApplicationShutdown(): void {
    this.#unsubscribe();
  }

  #tellKeys(): void {
    for (const [environmentId, { readers }] of this.#channels) {
      const keys = this.keysOf(environmentId);
      for (const reader of readers) tellKeys(reader, keys);
    }
  }

  #channelOf(snapshot: Snapshot): Channel {
    const { environmentId } = snapshot;
    let channel = this.#channels.get(environmentId);
    if (channel === undefined) {
      const newest = this.#rulesets.current(environmentId) ?? snapshot;
      const opened: Channel = {
        snapshot: newest,
        head: headEvent(newest),
        patches: [],
        readers: new Readers((reader) => bring(reader, opened), this.#streams.propagated),
      };
      this.#rulesets.subscribe(environmentId, (change) => publish(opened, change));
      this.#channels.set(environmentId, opened);
      channel = opened;
    }
    return channel;
  }
}

interface Reader {
  readonly stream: EventStream;
  /** What the reader has; undefined: nothing. */
  version: string | undefined;
  /** Names the keys that a relay was told; undefined: the reader is no relay. */
  keysTag: string | undefined;
}

interface Channel {
  /** The newest: every reader is brought to it, whichever change set off. */
  snapshot: Snapshot;
  head: Buffer;
  /** The way to it, oldest first, each step starting where the one before it ends. */
  patches: readonly PatchEvent[];
  readonly readers: Readers<Reader>;
}

interface PatchEvent {
  readonly from: string;
  readonly version: string;
  readonly event: Buffer;
}

/** How many versions a reader may have missed and still be sent patches only. */
const patchesKept = 64;
const patchBytesKept = 1024 * 1024;

function publish(channel: Channel, { previous, next, changedAt }: Change): void {
  if (channel.snapshot === next) return;
  if (channel.snapshot.version !== next.version) {
    const patch = patchEvent(patchBetween(previous.ruleset, next.ruleset));
    // a way that does not lead here leads nowhere
    const way = previous.version === channel.snapshot.version ? channel.patches : [];
    channel.patches = keptPatches([...way, patch]);
  }
  channel.snapshot = next;
  channel.head = headEvent(next);
  channel.readers.spread(changedAt);
}

function keptPatches(patches: readonly PatchEvent[]): readonly PatchEvent[] {
  let bytes = 0;
  const kept = patches.slice(-patchesKept).findLastIndex((patch) => {
    bytes += patch.event.length;
    return bytes > patchBytesKept;
  });
  return patches.slice(-patchesKept).slice(kept + 1);
}

function tellKeys(reader: Reader, keys: RelayKeys): void {
  if (reader.keysTag === undefined || reader.keysTag === keys.tag) return;
  reader.keysTag = keys.tag;
  reader.stream.send(eventText({ id: reader.version ?? '', event: 'keys', data: `{"keys":${keys.text}}` }));
}

/** Sends what brings a reader to the newest version: nothing, the patches it misses, or the whole. */
function bring(reader: Reader, { snapshot, patches, head }: Channel): void {
  if (reader.version === snapshot.version) return;
  const start = patches.findIndex((patch) => patch.from === reader.version);
  const leadsHere = start >= 0 && patches.at(-1)?.version === snapshot.version;
  if (leadsHere) for (const patch of patches.slice(start)) reader.stream.send(patch.event);
  else reader.stream.sendWhole(wholeEvent(snapshot));
  reader.stream.send(head);
  reader.version = snapshot.version;
}

function patchEvent(patch: Patch): PatchEvent {
  const event = eventBytes({ id: patch.version, event: 'patch', data: JSON.stringify(patch) });
  return { from: patch.from, version: patch.version, event };
}

const wholeEvents = new WeakMap<Snapshot, Buffer>();

/** One buffer per version for all readers. */
function wholeEvent(snapshot: Snapshot): Buffer {
  let event = wholeEvents.get(snapshot);
  if (event === undefined) {
    event = eventBytes({ id: snapshot.version, event: 'ruleset', data: JSON.stringify(snapshot.ruleset) });
    wholeEvents.set(snapshot, event);
  }
  return event;
}

/** The head of the audit chain goes where a database owner cannot reach. */
function headEvent(snapshot: Snapshot): Buffer {
  const data = JSON.stringify({ version: snapshot.version, auditHead: snapshot.auditHead });
  return eventBytes({ id: snapshot.version, event: 'head', data });
}
