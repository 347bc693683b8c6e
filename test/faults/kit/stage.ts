import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '@burgee/test/support';
import type { Balancer } from './balancer.ts';
import { balance } from './balancer.ts';
import type { Bed, Database } from './bed.ts';
import type { Group } from './groups.ts';
import { ask } from './http.ts';
import { Judge } from './judge.ts';
import { judgeBulk, Load, type LoadOptions } from './load.ts';
import { Model } from './model.ts';
import { makeNamespace, type Namespace } from './namespace.ts';
import { once } from './postgres.ts';
import { type Random, seeded } from './random.ts';
import { decisionReader, nudgeReader, type Reader, type ReaderOptions, rulesetReader } from './readers.ts';
import { type Replica, removeFolder, startReplica } from './replica.ts';
import { percentile, Tally } from './tally.ts';
import type { Link } from './toxiproxy.ts';
import { contexts } from './world.ts';
import { settleWrites, Writer, type WriterOptions } from './writer.ts';

/** How large a run is; a fault may ask for something else. */
export interface Scale {
  /** Numbers of time count; else only what is right and what converges. */
  readonly isTimed: boolean;
  readonly evaluationsPerSecond: number;
  readonly readers: number;
  readonly writesPerSecond: number;
  /** From the start of the load to the fault. */
  readonly beforeMs: number;
  /** How long the fault lasts where it does not say otherwise. */
  readonly faultMs: number;
  /** From its end to the end of the load. */
  readonly afterMs: number;
}

/** How large it is beside the standing set-up, for crowds of other sizes. */
export function shareOf({ readers }: Scale): number {
  return readers / 300;
}

export interface Scenery {
  readonly replicas?: number;
  /** More environment variables of every replica. */
  readonly env?: Readonly<Record<string, string>> | ((scale: Scale) => Readonly<Record<string, string>>);
  /** What goes before the command of a replica, such as `prlimit`. */
  readonly within?: (stage: Stage, index: number) => readonly string[];
  /** Each replica in a network of its own (root only). */
  readonly isolated?: boolean;
  /** Being refused with 503 and `Retry-After` is no failure; it is counted. */
  readonly mayShed?: boolean;
  /** One retry on a fresh connection is allowed. */
  readonly retry?: boolean;
  /** Nothing is started: no replica, no load. */
  readonly bare?: boolean;
  /** No writer of its own. */
  readonly quiet?: boolean;
  /** How far behind an answer may be while nothing is broken, and after it. */
  readonly budgetMs?: number;
  readonly afterOutageMs?: number;
}

/** A place with everything that a fault plays in. */
export class Stage {
  readonly tally = new Tally();
  /** What was measured, by name. */
  readonly figures: Record<string, number | string> = {};
  /** What was not as it must be. */
  readonly problems: string[] = [];
  readonly replicas: Replica[] = [];
  readonly links: Link[] = [];
  /** Behind each link: can swallow everything for good. */
  readonly relays: Balancer[] = [];
  readonly namespaces: Namespace[] = [];
  /** Groups of processes whose memory or time is limited. */
  readonly groups: Group[] = [];
  readonly readers: Reader[] = [];
  readonly folder = mkdtempSync(path.join(tmpdir(), 'burgee-stage-'));
  readonly bed: Bed;
  readonly scale: Scale;
  readonly scenery: Scenery;
  readonly random: Random;
  readonly mutant: string | undefined;
  database!: Database;
  model!: Model;
  judge!: Judge;
  balancer!: Balancer;
  writer!: Writer;
  load: Load | undefined;
  base = 0;
  /** Where a fault may put something that an api could wrongly lean on. */
  neighbourPort = 0;
  /** Version of the last change that was planted past the triggers. */
  plantedAt = 0;

  constructor(options: StageOptions) {
    this.bed = options.bed;
    this.scale = options.scale;
    this.scenery = options.scenery;
    this.mutant = options.mutant;
    this.random = seeded(options.seed);
  }

  /** Database, links, replicas and balancer; then readers, load and writer. */
  async set(): Promise<void> {
    this.database = await this.bed.database();
    const [row] = await this.sql<{ version: string }>('select version from burgee.environment');
    this.base = Number(row?.version);
    this.model = new Model(this.bed.world.flags, this.base);
    const { budgetMs = 1000, afterOutageMs = 3000 } = this.scenery;
    this.judge = new Judge(this.model, this.tally, this.scale.isTimed ? { budgetMs, afterOutageMs } : undefined);
    this.neighbourPort = await freePort();
    const count = this.scenery.replicas ?? 2;
    for (let index = 0; index < count; index += 1) await this.prepare(index);
    this.balancer = await balance(this.replicas);
    this.writer = new Writer(this.writerOptions());
    if (this.scenery.bare === true) return;
    await this.begin();
  }

  /** Warms the replicas up, opens the streams, and starts load and writer. */
  async begin(readers = this.scale.readers): Promise<void> {
    for (const replica of this.replicas) await replica.untilAlive();
    for (const replica of this.replicas) await this.bulk(replica, 0);
    this.openReaders(readers);
    await this.until('streams open', () => this.readers.every((reader) => reader.connects > 0), 20_000);
    this.startLoad();
    if (this.scenery.quiet !== true) this.writer.start();
  }

  /** Load, the fault, and what comes after, at this scale's times. */
  async play(fault: {
    strike: () => Promise<void>;
    heal: () => Promise<void>;
    lastsMs?: number;
    afterMs?: number;
  }): Promise<{ healedAt: number }> {
    await pause(this.scale.beforeMs * (0.8 + this.random.next() * 0.4));
    const over = this.judge.outage();
    await fault.strike();
    await pause(this.scale.isTimed ? (fault.lastsMs ?? this.scale.faultMs) : this.scale.faultMs);
    await fault.heal();
    over();
    const healedAt = performance.now();
    await pause(fault.afterMs ?? this.scale.afterMs);
    return { healedAt };
  }

  /** The end: what was written is everywhere, or it says where not; then rule R0 is read off. */
  async settle(): Promise<void> {
    await this.writer.stop();
    const stoppedAt = performance.now();
    await this.until(
      'everything is on the last value',
      () => this.faults().then((list) => list.length === 0),
      this.scale.isTimed ? 12_000 : 30_000,
    );
    this.figures.convergedMs = Math.round(performance.now() - stoppedAt);
    this.problems.push(...(await this.faults()).slice(0, 3));
    await this.load?.stop();
    for (const reader of this.readers) reader.close();
    await settleWrites(this.writerOptions(), this.base);
    for (const replica of this.replicas) await this.#wholeAgain(replica);
    this.problems.push(...this.tally.troubles());
    const { checked, acknowledged, stalestMs, latenciesMs, propagationsMs } = this.tally;
    Object.assign(this.figures, {
      checked,
      acknowledged,
      ...(this.tally.retried > 0 && { retried: this.tally.retried }),
      ...(this.tally.shedMs.length > 0 && { shed: this.tally.shedMs.length }),
      stalestMs: Math.round(stalestMs),
      readP99Ms: Math.round(percentile(latenciesMs, 0.99)),
      propagationP99Ms: Math.round(percentile(propagationsMs, 0.99)),
    });
  }

  async clear(): Promise<void> {
    for (const reader of this.readers) reader.close();
    await this.load?.stop();
    await Promise.all(this.replicas.map((replica) => replica.stop()));
    await this.balancer?.close();
    for (const link of this.links) await link.cut().catch(() => undefined);
    for (const relay of this.relays) await relay.close();
    for (const namespace of this.namespaces) namespace.remove();
    for (const group of this.groups) await group.remove();
    await this.database?.drop().catch(() => undefined);
    removeFolder(this.folder);
  }

  /** A demand of the fault's own. */
  expect(isSo: boolean, sentence: string): void {
    if (!isSo) this.problems.push(sentence);
  }

  /** A number of time, or of memory: noted always, demanded in timed runs only. */
  within(name: string, value: number, most: number): void {
    this.figures[name] = Math.round(value);
    if (this.scale.isTimed && !(value <= most))
      this.problems.push(`${name} is ${Math.round(value)}, more than ${most}`);
  }

  /** Repeats until it is so; answers after how many milliseconds, or what was waited for is a problem. */
  async until(what: string, check: () => boolean | Promise<boolean>, timeoutMs: number): Promise<number> {
    const from = performance.now();
    while (!(await check())) {
      if (performance.now() - from > timeoutMs) {
        this.problems.push(`${what}: not within ${timeoutMs} ms`);
        break;
      }
      await pause(20);
    }
    return performance.now() - from;
  }

  /** One statement as the owner, past the api. */
  sql<T extends object>(text: string, values: readonly unknown[] = []): Promise<T[]> {
    return once<T>(this.database.ownerUrl, text, values);
  }

  /** A change of the stored rows past every trigger, as a superuser could make it; it counts one version. */
  async plant(...statements: readonly string[]): Promise<void> {
    const script = [
      'begin',
      `set local session_replication_role = 'replica'`,
      ...statements,
      'update burgee.environment set version = version + 1, version_token = gen_random_uuid()',
      'commit',
      `select pg_notify('burgee_change', json_build_object('environment', id, 'version', version::text)::text) from burgee.environment`,
    ];
    const wasWriting = await this.writer.stop(); // versions are counted in the order of commits
    this.model.skip(performance.now());
    this.plantedAt = this.model.begun;
    await this.bed.postgres.admin(script.join(';\n'), this.database.name);
    if (wasWriting) this.writer.start();
  }

  /** All flags of one replica for one context, judged; undefined: no answer. */
  async bulk(replica: Replica, context: number): Promise<string | undefined> {
    const { host, port } = replica;
    const key = this.bed.world.secrets.server;
    const body = { context: contexts[context] };
    const reply = await ask({ host, port, path: '/ofrep/v1/evaluate/flags', key, body, timeoutMs: 2000 });
    return reply.status === 200 ? judgeBulk({ judge: this.judge }, context, reply) : undefined;
  }

  startLoad(more: Partial<LoadOptions> = {}): void {
    this.load = this.newLoad(more);
    this.load.start();
  }

  /** A load that the fault starts and stops by itself. */
  newLoad(more: Partial<LoadOptions> = {}): Load {
    const { secrets } = this.bed.world;
    return new Load({
      port: this.balancer.port,
      keys: [secrets.client, secrets.server],
      perSecond: this.scale.evaluationsPerSecond,
      bulk: 0.03,
      retry: this.scenery.retry ?? false,
      mayShed: this.scenery.mayShed ?? false,
      timeoutMs: this.scale.isTimed ? 2000 : 10_000,
      model: this.model,
      judge: this.judge,
      tally: this.tally,
      random: this.random,
      ...more,
    });
  }

  openReaders(count = this.scale.readers): void {
    const options = this.readerOptions();
    for (let index = 0; index < count; index += 1) this.readers.push(decisionReader(options, index % contexts.length));
    for (let index = 0; index < Math.min(4, count); index += 1)
      this.readers.push(rulesetReader(options), nudgeReader(options));
  }

  readerOptions(): ReaderOptions {
    const { model, judge, tally, random, balancer } = this;
    return { port: balancer.port, secrets: this.bed.world.secrets, model, judge, tally, random };
  }

  writerOptions(): WriterOptions {
    const { model, tally, random, balancer, database } = this;
    const { token } = this.bed.world.secrets;
    const perSecond = this.scale.writesPerSecond;
    return { port: balancer.port, token, ownerUrl: database.ownerUrl, perSecond, model, tally, random };
  }

  /** Starts replica number `index` anew, on the same port, with the same link and folder. */
  async restart(index: number): Promise<Replica> {
    const options = this.#options[index]!;
    const replica = startReplica(options);
    this.replicas[index] = replica;
    return replica;
  }

  readonly #options: Parameters<typeof startReplica>[0][] = [];

  async prepare(index: number): Promise<void> {
    const { toxiproxy, postgres, world } = this.bed;
    if (toxiproxy === undefined) throw new Error('a stage needs toxiproxy');
    const namespace = this.scenery.isolated === true ? makeNamespace() : undefined;
    if (namespace !== undefined) this.namespaces.push(namespace);
    const listenOn = namespace?.outside ?? '127.0.0.1';
    const relay = await balance([{ host: '127.0.0.1', port: postgres.port }]);
    this.relays.push(relay);
    const link = await toxiproxy.link(`${this.database.name}-${index}`, { port: relay.port, listenOn });
    this.links.push(link);
    const databaseUrl = new URL(this.database.apiUrl);
    databaseUrl.host = `${listenOn}:${link.port}`;
    const port = await freePort();
    const host = namespace?.inside ?? '127.0.0.1';
    this.#options[index] = {
      host,
      port,
      mutant: this.mutant?.startsWith('app-') === true ? undefined : this.mutant,
      within: [...(namespace?.within ?? []), ...(this.scenery.within?.(this, index) ?? [])],
      env: {
        DATABASE_URL: databaseUrl.href,
        BURGEE_HOST: host,
        BURGEE_SIGNING_KEY: world.secrets.signingKey,
        BURGEE_SNAPSHOT_DIR: path.join(this.folder, `snapshots-${index}`),
        BURGEE_LOG_LEVEL: 'warn',
        BURGEE_TEST_NEIGHBOUR: `http://127.0.0.1:${this.neighbourPort}`,
        // a machine that is busy with other tests is slow, and that is not what is looked at then
        ...(!this.scale.isTimed && { BURGEE_MAX_LAG_MS: '0' }),
        ...(typeof this.scenery.env === 'function' ? this.scenery.env(this.scale) : this.scenery.env),
      },
    };
    this.replicas[index] = startReplica(this.#options[index]);
  }

  async faults(): Promise<string[]> {
    const found = this.readers.map((reader) => reader.fault()).filter((fault) => fault !== undefined);
    for (const replica of this.replicas) {
      const version = replica.isAlive() ? await this.bulk(replica, 0) : undefined;
      const ordinal = version === undefined ? undefined : this.model.ordinalOf(version);
      if (ordinal !== this.model.begun)
        found.push(`a replica serves write ${ordinal}, the last is ${this.model.begun}`);
    }
    return found;
  }

  /** Each context once more from each replica, compared whole. */
  async #wholeAgain(replica: Replica): Promise<void> {
    for (const context of contexts.keys()) await this.bulk(replica, context);
    if (
      this.mutant?.startsWith('app-') === false &&
      !replica.firstWords().includes(`mutant ${this.mutant} is in place`)
    )
      throw new Error(`mutant ${this.mutant} was not put in place: ${replica.output().slice(-500)}`);
  }
}

export interface StageOptions {
  readonly bed: Bed;
  readonly scale: Scale;
  readonly scenery: Scenery;
  readonly seed: number;
  readonly mutant: string | undefined;
}
