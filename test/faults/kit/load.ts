import type { Agent } from 'node:http';
import { type Asked, ask, keepAliveAgent, type Reply } from './http.ts';
import type { Judge } from './judge.ts';
import type { Answer, Model } from './model.ts';
import type { Random } from './random.ts';
import type { Tally } from './tally.ts';
import { contexts } from './world.ts';

export interface LoadOptions {
  readonly port: number;
  readonly keys: readonly string[];
  readonly perSecond: number;
  /** Share of bulk questions. */
  readonly bulk: number;
  /** Once more on a fresh connection when there is no answer. */
  readonly retry: boolean;
  /** Questions at once; what is more waits here. */
  readonly sockets?: number;
  /** An evaluation that takes longer has failed. */
  readonly timeoutMs: number;
  readonly model: Model;
  readonly judge: Judge;
  readonly tally: Tally;
  readonly random: Random;
  /** A 503 that says when to come again is no failure. */
  readonly mayShed: boolean;
}

/** Evaluations at a steady rate, whether answers come or not, each compared with the model. */
export class Load {
  readonly #options: LoadOptions;
  readonly #agent: Agent;
  readonly #etags = new Map<string, { etag: string; version: string }>();
  readonly #open = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#agent = keepAliveAgent(options.sockets);
  }

  start(): void {
    const started = performance.now();
    let asked = 0;
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - started) / 1000) * this.#options.perSecond);
      // the generator itself may have been held up: it does not make a burst of that
      for (asked = Math.max(asked, due - 50); asked < due; asked += 1) this.#one();
    }, 5);
  }

  /** Ends, and waits for the answers that are still out. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    this.#agent.destroy();
  }

  #one(): void {
    const { random, bulk } = this.#options;
    const work = random.next() < bulk ? this.#askAll() : this.#askOne();
    this.#open.add(work);
    void work.finally(() => this.#open.delete(work));
  }

  async #askOne(): Promise<void> {
    const { random, model, judge, tally } = this.#options;
    const isUnknown = random.next() < 0.02;
    const key = isUnknown ? 'no-such-flag' : random.pick(model.keys);
    const context = random.between(0, contexts.length);
    const reply = await this.#ask(`/ofrep/v1/evaluate/flags/${key}`, { context: contexts[context] });
    if (reply === undefined) return;
    const answer = parsed(reply.text) as Answer & { errorCode?: string };
    const isEvaluation = reply.status === 200 || (reply.status < 500 && answer?.errorCode !== undefined);
    if (!isEvaluation) this.#fail(reply);
    else if (!isUnknown) judge.single(key, context, { answer, sentAt: reply.sentAt });
    else if (answer.errorCode !== 'FLAG_NOT_FOUND') tally.add('wrong', `an unknown flag says ${reply.text}`);
  }

  async #askAll(): Promise<void> {
    const { random, keys, judge } = this.#options;
    const context = random.between(0, contexts.length);
    const key = random.pick(keys);
    const held = random.next() < 0.5 ? this.#etags.get(`${key} ${context}`) : undefined;
    const headers = held === undefined ? {} : { 'if-none-match': held.etag };
    const reply = await this.#ask('/ofrep/v1/evaluate/flags', { context: contexts[context] }, { key, headers });
    if (reply === undefined) return;
    if (reply.status === 304 && held !== undefined) return judge.confirmed(held.version, reply.sentAt);
    if (reply.status !== 200) return this.#fail(reply);
    const version = judgeBulk(this.#options, context, reply);
    this.#etags.set(`${key} ${context}`, { etag: String(reply.headers.etag), version });
  }

  async #ask(path: string, body: unknown, more: Partial<Asked> = {}): Promise<Reply | undefined> {
    const { port, keys, random, retry, timeoutMs, tally, mayShed } = this.#options;
    const reply = await ask({
      port,
      path,
      key: random.pick(keys),
      body,
      retry,
      timeoutMs,
      agent: this.#agent,
      ...more,
    });
    if (reply.retried) tally.retried += 1;
    const isShed = mayShed && reply.status === 503 && Number(reply.headers['retry-after']) > 0;
    (isShed ? tally.shedMs : tally.latenciesMs).push(reply.tookMs);
    return isShed ? undefined : reply;
  }

  #fail({ status, text, tookMs }: Reply): void {
    this.#options.tally.add('failed', `${status} ${text.slice(0, 200)} after ${Math.round(tookMs)} ms`);
  }
}

interface Bulk {
  readonly flags: readonly (Answer & { readonly key: string })[];
  readonly metadata: { readonly version: string };
}

/** Judges a bulk answer whole; answers its version. */
export function judgeBulk({ judge }: Pick<LoadOptions, 'judge'>, context: number, reply: Reply): string {
  const version = /"version":"([^"]+)"/.exec(reply.text.slice(-600))?.[1] ?? '';
  const body = reply.text.split(',"eventStreams"')[0] ?? '';
  if (judge.isKnown(context, version, body, reply.sentAt)) return version;
  const { flags, metadata } = parsed(reply.text) as Bulk;
  const entries = new Map(flags.map((flag) => [flag.key, flag]));
  const ordinal = judge.whole(context, entries, { version: metadata.version, sentAt: reply.sentAt });
  judge.remember(context, body, ordinal);
  return metadata.version;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
