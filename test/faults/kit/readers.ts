import type { Flag } from '@burgee/evaluator';
import { openStream, type StreamAsked, type WireEvent } from './event-stream.ts';
import { ask } from './http.ts';
import type { Judge } from './judge.ts';
import { type Answer, type Model, saidBy } from './model.ts';
import type { Random } from './random.ts';
import type { Tally } from './tally.ts';
import { contexts, type Secrets } from './world.ts';

export interface ReaderOptions {
  readonly port: number;
  readonly secrets: Secrets;
  readonly model: Model;
  readonly judge: Judge;
  readonly tally: Tally;
  readonly random: Random;
}

/** Somebody who holds a stream open, comes back when it ends, and knows what should have come. */
export interface Reader {
  readonly kind: 'decisions' | 'ruleset' | 'nudge';
  /** What is wrong with what it holds, were this the end; undefined: it is at the last value. */
  fault(): string | undefined;
  readonly connects: number;
  /** When it last came back, and for how long it had been away. */
  readonly lastConnectAt: number;
  readonly lastEventAt: number;
  /** For how long it was without a stream, each time. */
  readonly awayMs: readonly number[];
  /** Connects that were answered by something else than a stream. */
  readonly refusals: readonly { readonly status: number; readonly retryAfter: string | undefined }[];
  close(): void;
}

/** What the three kinds share: coming back, and counting versions upwards. */
class Following {
  connects = 0;
  lastConnectAt = 0;
  lastEventAt = 0;
  readonly awayMs: number[] = [];
  readonly refusals: { status: number; retryAfter: string | undefined }[] = [];
  /** Write of the last event on this connection. */
  ordinal = Number.NEGATIVE_INFINITY;
  readonly options: ReaderOptions;
  readonly #asked: () => StreamAsked | Promise<StreamAsked>;
  readonly #take: (event: WireEvent) => void;
  #retryMs = 1000;
  #leave = () => {};
  #again: NodeJS.Timeout | undefined;
  #isClosed = false;
  #lostAt: number | undefined;

  constructor(
    options: ReaderOptions,
    asked: () => StreamAsked | Promise<StreamAsked>,
    take: (event: WireEvent) => void,
  ) {
    this.options = options;
    this.#asked = asked;
    this.#take = take;
    void this.#open();
  }

  /** Counts versions upwards; the same once more is trouble unless it says something `isNew`. */
  advance(version: string, what: string, isNew = false): void {
    const { model, tally } = this.options;
    const ordinal = model.ordinalOf(version);
    const before = this.ordinal;
    if (!(ordinal <= model.begun)) tally.add('future', `${what} ${version}`);
    if (ordinal === before && !isNew) tally.add('doubled', `${what} ${version}`);
    if (ordinal < before) tally.add('outOfOrder', `${what} ${version} after write ${before}`);
    this.ordinal = ordinal;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#again);
    this.#leave();
  }

  async #open(): Promise<void> {
    this.ordinal = Number.NEGATIVE_INFINITY;
    const asked = await this.#asked();
    if (this.#isClosed) return;
    this.#leave = openStream(asked, {
      open: () => {
        this.connects += 1;
        this.lastConnectAt = performance.now();
        if (this.#lostAt !== undefined) this.awayMs.push(this.lastConnectAt - this.#lostAt);
        this.#lostAt = undefined;
      },
      event: (event) => {
        this.lastEventAt = performance.now();
        this.#take(event);
      },
      retry: (ms) => {
        this.#retryMs = ms;
      },
      end: (status, retryAfter) => this.#comeBack(status, retryAfter),
    });
  }

  /** After what the server said, and a chance of its own: not all readers at once. */
  #comeBack(status: number, retryAfter: string | undefined): void {
    if (status !== 200) this.refusals.push({ status, retryAfter });
    this.#lostAt ??= performance.now();
    const said = retryAfter === undefined ? this.#retryMs : Number(retryAfter) * 1000;
    const waitMs = Math.min(said, 10_000) * (0.5 + this.options.random.next() / 2);
    if (!this.#isClosed) this.#again = setTimeout(() => void this.#open(), waitMs);
  }
}

/** Follows `POST /v1/decisions`: each event is compared with the model, and so is what it leaves out. */
export function decisionReader(options: ReaderOptions, context: number): Reader {
  const held = new Map<string, Answer>();
  const { model, judge, tally, secrets } = options;
  const asked = (): StreamAsked => ({
    port: options.port,
    path: '/v1/decisions',
    method: 'POST',
    key: secrets.client,
    body: { context: contexts[context] },
  });
  const following = new Following(options, asked, ({ event, data }) => {
    if (event !== 'decisions' && event !== 'changed') return;
    const { version, flags, removed = [] } = JSON.parse(data) as Decisions;
    const before = following.ordinal;
    // from disk to live: the same version, with other reasons
    const isNew = Object.entries(flags).some(([key, answer]) => saidBy(answer) !== saidBy(held.get(key) ?? {}));
    following.advance(version, 'decisions', event === 'changed' && isNew);
    if (event === 'decisions') held.clear();
    for (const key of removed) held.delete(key);
    const ordinal = model.ordinalOf(version);
    if (event === 'changed') tally.propagationsMs.push(model.behindMs(ordinal - 1, performance.now()));
    for (const [key, answer] of Object.entries(flags)) {
      held.set(key, answer);
      judge.at(key, context, { answer, ordinal });
    }
    const due = event === 'decisions' ? model.keys : model.changedBetween(before, ordinal, context);
    for (const key of due)
      if (!Object.hasOwn(flags, key))
        tally.add('missed', `${key} of write ${ordinal} on a stream that was at ${before}`);
  });
  return readerOf('decisions', following, () => {
    const behind = model.keys.find(
      (key) => !model.isSame(model.saidAt(key, model.begun, context) ?? '', saidBy(held.get(key) ?? {})),
    );
    return (
      behind && `${behind} says ${saidBy(held.get(behind) ?? {})} on a decision stream at write ${following.ordinal}`
    );
  });
}

/** Follows `POST /v1/decisions` and looks at versions only, for crowds; its context sees every write. */
export function lightReader(options: ReaderOptions): Reader {
  const { model, secrets, port } = options;
  const body = { context: contexts[0] };
  const asked = (): StreamAsked => ({ port, path: '/v1/decisions', method: 'POST', key: secrets.client, body });
  const following = new Following(options, asked, ({ event, data }) => {
    if (event !== 'decisions' && event !== 'changed') return;
    const version = /"version":"([^"]+)"/.exec(data.slice(0, 100))?.[1] ?? '';
    following.advance(version, 'decisions', event === 'changed');
  });
  return readerOf('decisions', following, () =>
    following.ordinal === model.begun ? undefined : `one of a crowd is at write ${following.ordinal} of ${model.begun}`,
  );
}

/** Follows `GET /v1/ruleset`: whole rulesets and patches, each patch from where the one before ended. */
export function rulesetReader(options: ReaderOptions): Reader {
  let held = new Map<string, Flag>();
  let version = '';
  const { model, tally, secrets } = options;
  const asked = (): StreamAsked => ({ port: options.port, path: '/v1/ruleset', key: secrets.server });
  const following = new Following(options, asked, ({ event, data }) => {
    if (event !== 'ruleset' && event !== 'patch') return;
    const said = JSON.parse(data) as { version: string; from?: string; flags: Record<string, Flag> };
    if (event === 'patch' && said.from !== version)
      tally.add('missed', `a patch from ${said.from} to one who has ${version}`);
    following.advance(said.version, event);
    version = said.version;
    const changed = Object.entries(said.flags);
    held = event === 'ruleset' ? new Map(changed) : new Map([...held, ...changed]);
    for (const [key, flag] of changed)
      if (!model.foreign.has(key) && !isSameFlag(flag, model.flagAt(key, model.ordinalOf(version))))
        tally.add('wrong', `${key} in ruleset ${version}`);
  });
  return readerOf('ruleset', following, () => {
    const behind = model.keys.find((key) => !isSameFlag(held.get(key), model.newest(key)));
    return behind && `${behind} is old on a ruleset stream at ${version}`;
  });
}

/** Follows OFREP's nudges as its clients do: asks for everything once, and is told when to ask again. */
export function nudgeReader(options: ReaderOptions): Reader {
  const { model, secrets, port } = options;
  let known = Number.NEGATIVE_INFINITY;
  const asked = async (): Promise<StreamAsked> => {
    const body = { context: contexts[0] };
    const { text } = await ask({ port, path: '/ofrep/v1/evaluate/flags', key: secrets.client, body, retry: true });
    known = model.ordinalOf(/"version":"([^"]+)"/.exec(text.slice(-600))?.[1] ?? '');
    return { port, path: /"requestUri":"([^"]+)"/.exec(text.slice(-600))?.[1] ?? '/ofrep/v1/events' };
  };
  const following = new Following(options, asked, ({ event, data }) => {
    const { type, etag } = JSON.parse(data) as { type?: string; etag?: string };
    if (event !== 'message' || type !== 'refetchEvaluation' || etag === undefined) return;
    following.advance(etag, 'nudge');
    known = Math.max(known, model.ordinalOf(etag));
  });
  return readerOf('nudge', following, () =>
    known === model.begun ? undefined : `a nudged client knows write ${known} of ${model.begun}`,
  );
}

interface Decisions {
  readonly version: string;
  readonly flags: Readonly<Record<string, Answer>>;
  readonly removed?: readonly string[];
}

function readerOf(kind: Reader['kind'], following: Following, fault: () => string | undefined): Reader {
  return {
    kind,
    fault,
    get connects() {
      return following.connects;
    },
    get lastConnectAt() {
      return following.lastConnectAt;
    },
    get lastEventAt() {
      return following.lastEventAt;
    },
    awayMs: following.awayMs,
    refusals: following.refusals,
    close: () => following.close(),
  };
}

function isSameFlag(one: Flag | undefined, other: Flag | undefined): boolean {
  return one !== undefined && other !== undefined && essence(one) === essence(other);
}

function essence({ key, enabled, type, variants, off, rules = [], default: serve }: Flag): string {
  return JSON.stringify([
    key,
    enabled,
    type,
    Object.entries(variants).sort(),
    off,
    rules.map(({ id, if: on, serve: to }) => [id, on?.length, to]),
    serve,
  ]);
}
