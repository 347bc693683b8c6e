import { setTimeout as pause } from 'node:timers/promises';
import type { Flag } from '@burgee/evaluator';
import type pg from 'pg';
import { ask, keepAliveAgent, type Reply } from './http.ts';
import type { Model } from './model.ts';
import { once } from './postgres.ts';
import type { Random } from './random.ts';
import type { Tally } from './tally.ts';
import { countFlag, planFlag, switchFlag } from './world.ts';

export interface WriterOptions {
  readonly port: number;
  readonly token: string;
  readonly ownerUrl: string;
  readonly perSecond: number;
  readonly model: Model;
  readonly tally: Tally;
  readonly random: Random;
  /** Writes as somebody with psql would, past the api. */
  readonly sql?: pg.ClientBase;
}

/** A try of a write that did not succeed. */
export interface Refusal {
  readonly at: number;
  readonly tookMs: number;
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/**
 * Writes one after the other through GraphQL. A write is tried with the same revision until it is known what became of it: the
 * revision is its idempotency key, the reason in the audit log its name.
 */
export class Writer {
  readonly refusals: Refusal[] = [];
  readonly acknowledgedAt: number[] = [];
  readonly #options: WriterOptions;
  readonly #agent = keepAliveAgent();
  #isStopping = false;
  #giveUpAt = Number.POSITIVE_INFINITY;
  #running: Promise<void> | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isStopping = false;
    this.#giveUpAt = Number.POSITIVE_INFINITY;
    this.#running = this.#run();
  }

  /** Resolves when the write under way is settled; tells whether it was writing. */
  async stop(): Promise<boolean> {
    const wasWriting = this.#running !== undefined;
    this.#isStopping = true;
    this.#giveUpAt = performance.now() + 30_000;
    await this.#running;
    this.#running = undefined;
    this.#agent.destroy();
    return wasWriting;
  }

  /** One write now, whatever the rate. */
  async write(flag: Flag = this.#change()): Promise<void> {
    const { model, tally } = this.#options;
    const isPast = this.#options.sql !== undefined; // who writes by SQL needs no revision, and makes those that are known old
    const revision = isPast ? 0 : (model.revisions.get(flag.key) ?? (await this.#revisionOf(flag)));
    const ordinal = model.begin(flag, performance.now());
    await this.#untilSettled(flag, { revision, name: `write ${ordinal}` });
    model.acknowledge(ordinal, performance.now());
    this.acknowledgedAt.push(performance.now());
    if (isPast) model.revisions.delete(flag.key);
    else model.revisions.set(flag.key, revision + 1);
    tally.acknowledged += 1;
  }

  async #run(): Promise<void> {
    const everyMs = 1000 / this.#options.perSecond;
    for (let next = performance.now(); !this.#isStopping; next = Math.max(next + everyMs, performance.now())) {
      await this.write();
      await pause(Math.max(0, next + everyMs - performance.now()));
    }
  }

  async #untilSettled(flag: Flag, { revision, name }: Named): Promise<void> {
    for (;;) {
      const reply = await this.#send(flag, { revision, name });
      const code = codeIn(reply);
      if (reply.status === 200 && code === undefined) return;
      // somebody was first, and there is nobody else: an earlier try, whose answer was lost
      if (code === 'REVISION_CONFLICT' && (await this.#isThere(name))) return;
      if (code === 'REVISION_CONFLICT')
        return this.#options.tally.add('lost', `${name}: revision ${revision} is taken by nobody`);
      const retryAfter = reply.headers['retry-after']?.toString();
      this.refusals.push({
        at: reply.sentAt,
        tookMs: reply.tookMs,
        status: reply.status,
        code,
        retryAfter,
        text: reply.text,
      });
      if (performance.now() > this.#giveUpAt) return this.#options.tally.add('failed', `${name} was never settled`);
      await pause(100);
    }
  }

  #send(flag: Flag, named: Named): Promise<Reply> {
    const { port, token, sql } = this.#options;
    if (sql !== undefined) return bySql(sql, flag, named);
    const body = flag.key.startsWith('count-') ? updating(flag, named) : targeting(flag, named);
    return ask({ port, path: '/graphql', key: token, body, agent: this.#agent, timeoutMs: 15_000 });
  }

  /** Asked until the database answers: what is not known is not counted. */
  async #isThere(name: string): Promise<boolean> {
    for (;;) {
      try {
        return (await entriesNamed(this.#options.ownerUrl, name)) > 0;
      } catch {
        await pause(200);
      }
    }
  }

  async #revisionOf({ key }: Flag): Promise<number> {
    const table = key.startsWith('count-') ? 'flag' : 'flag_setting join burgee.flag on flag.id = flag_id';
    const column = key.startsWith('count-') ? 'flag.revision' : 'flag_setting.revision';
    for (;;) {
      try {
        const text = `select ${column} from burgee.${table} where flag.key = $1`;
        return Number((await once<{ revision: string }>(this.#options.ownerUrl, text, [key]))[0]?.revision);
      } catch {
        await pause(200);
      }
    }
  }

  #change(): Flag {
    const { model, random } = this.#options;
    const keys = model.keys.filter((key) => !key.startsWith('split-'));
    const key = random.next() < 0.6 ? random.pick(keys.filter((one) => one.startsWith('count-'))) : random.pick(keys);
    const now = model.newest(key);
    if (key.startsWith('count-')) return countFlag(key, model.begun + 1);
    if (key.startsWith('switch-')) return switchFlag(key, !now.enabled);
    return planFlag(key, now.rules?.[0]?.serve === 'b' ? 'c' : 'b');
  }
}

interface Named {
  readonly revision: number;
  readonly name: string;
}

/** At the end: every acknowledged write is in the audit log once, nothing else is, and the version counted each once. */
export async function settleWrites(options: WriterOptions, base: number): Promise<void> {
  const { ownerUrl, model, tally } = options;
  const entries = await once<{ reason: string; count: string }>(
    ownerUrl,
    `select reason, count(*) from burgee.audit_entry where reason like 'write %' and environment_id is not null
     group by reason`,
  );
  const counts = new Map(entries.map(({ reason, count }) => [reason, Number(count)]));
  for (let ordinal = 1; ordinal <= model.begun; ordinal += 1) {
    if (model.isSkipped(ordinal)) continue;
    const count = counts.get(`write ${ordinal}`) ?? 0;
    counts.delete(`write ${ordinal}`);
    if (count === 0) tally.add('lost', `write ${ordinal} was acknowledged and is not in the audit log`);
    if (count > 1) tally.add('doubled', `write ${ordinal} is in the audit log ${count} times`);
  }
  for (const name of counts.keys()) tally.add('ghosts', `${name} is in the audit log, and nobody wrote it`);
  const [{ version } = { version: '' }] = await once<{ version: string }>(
    ownerUrl,
    'select version from burgee.environment',
  );
  if (Number(version) !== base + model.begun)
    tally.add('ghosts', `the version counts ${version}, ${model.begun} writes after ${base}`);
}

async function entriesNamed(ownerUrl: string, name: string): Promise<number> {
  const text = 'select count(*) from burgee.audit_entry where reason = $1 and environment_id is not null';
  return Number((await once<{ count: string }>(ownerUrl, text, [name]))[0]?.count);
}

async function bySql(client: pg.ClientBase, flag: Flag, { name }: Named): Promise<Reply> {
  const sentAt = performance.now();
  const isCount = flag.key.startsWith('count-');
  const ofSetting = `update burgee.flag_setting set enabled = $2, rules = nullif($3::jsonb, '[]'), change_reason = $4
    from burgee.flag where flag.id = flag_id and flag.key = $1`;
  const ofFlag = 'update burgee.flag set variants = $2, change_reason = $3 where key = $1';
  const values = isCount
    ? [flag.key, JSON.stringify(flag.variants), name]
    : [flag.key, flag.enabled, JSON.stringify(flag.rules ?? []), name];
  await client.query(isCount ? ofFlag : ofSetting, values);
  return { status: 200, text: '{}', headers: {}, sentAt, tookMs: performance.now() - sentAt, retried: false };
}

function updating({ key, variants }: Flag, { revision, name }: Named) {
  const input = { project: 'shop', key, revision: String(revision), variants, reason: name };
  return {
    query: 'mutation ($input: UpdateFlagInput!) { updateFlag(input: $input) { revision } }',
    variables: { input },
  };
}

function targeting({ key, enabled, rules = [] }: Flag, { revision, name }: Named) {
  const input = { project: 'shop', environment: 'test', key, revision: String(revision), enabled, rules, reason: name };
  return {
    query: 'mutation ($input: TargetFlagInput!) { targetFlag(input: $input) { revision } }',
    variables: { input },
  };
}

function codeIn({ text }: Reply): string | undefined {
  try {
    return (JSON.parse(text) as { errors?: { extensions?: { code?: string } }[] }).errors?.[0]?.extensions?.code;
  } catch {
    return 'NO_ANSWER';
  }
}
