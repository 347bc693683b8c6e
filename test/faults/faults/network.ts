import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { ask } from '../kit/http.ts';
import type { Fault } from '../kit/run.ts';
import type { Stage } from '../kit/stage.ts';
import { percentile } from '../kit/tally.ts';
import { Writer } from '../kit/writer.ts';

const partition: Fault = {
  id: 'F04',
  title: 'silent partition between api and Postgres: every packet is dropped for 8 s',
  needs: 'namespaces',
  scenery: { isolated: true, quiet: true, env: { BURGEE_POLL_INTERVAL_MS: '1000', BURGEE_METRICS_PORT: '9464' } },
  mutants: ['no-timeouts'],
  async play(stage) {
    const done = await writePast(stage);
    const seen = new Set<string>();
    let ageSeconds = 0;
    const watch = setInterval(
      () =>
        void readiness(stage).then(({ status, code, age }) => {
          seen.add(`${code} ${status}`);
          ageSeconds = Math.max(ageSeconds, age);
        }),
      250,
    );
    const { healedAt } = await stage.play({
      strike: async () => {
        for (const [index, namespace] of stage.namespaces.entries()) namespace.drop(stage.links[index]!.port);
      },
      heal: async () => {
        for (const [index, namespace] of stage.namespaces.entries()) namespace.undrop(stage.links[index]!.port);
      },
      lastsMs: 8000,
      afterMs: 0,
    });
    clearInterval(watch);
    await done();
    await caughtUp(stage, healedAt, 3000);
    stage.figures.readiness = [...seen].join(', ');
    stage.figures.lastSyncAgeSeconds = Math.round(ageSeconds);
    stage.expect(
      [...seen].every((said) => said.startsWith('200')),
      `/readyz said ${[...seen].join(', ')}`,
    );
    if (stage.scale.isTimed) stage.expect(seen.has('200 stale'), 'nobody said "stale"');
  },
};

const slow: Fault = {
  id: 'F05',
  title: 'Postgres answers 300 ms later',
  scenery: { budgetMs: 2000 },
  mutants: ['asks-for-each-read'],
  async play(stage) {
    const from = stage.tally.latenciesMs.length;
    for (const link of stage.links) await link.poison('latency', { latency: 150 });
    await pause(stage.scale.beforeMs + stage.scale.faultMs + stage.scale.afterMs);
    stage.within('slowReadP99Ms', percentile(stage.tally.latenciesMs.slice(from), 0.99), 100);
    stage.within('slowPropagationP99Ms', percentile(stage.tally.propagationsMs, 0.99), 2000);
    for (const link of stage.links) await link.heal();
  },
};

const blackHole: Fault = {
  id: 'F06',
  title: 'black hole: connected to Postgres, nothing comes for 4 s, and never through the connections of before',
  scenery: { quiet: true, afterOutageMs: 3500 },
  mutants: ['no-timeouts'],
  async play(stage) {
    const done = await writePast(stage);
    const { healedAt } = await stage.play({
      strike: async () => {
        for (const relay of stage.relays) relay.freeze();
      },
      heal: async () => {
        for (const relay of stage.relays) relay.thaw();
      },
      lastsMs: 4000,
      afterMs: 0,
    });
    await done();
    await caughtUp(stage, healedAt, 3500);
  },
};

/** The bug that steady writes hide: what is written in the gap is told by nobody. */
const gap: Fault = {
  id: 'F09',
  isShort: true,
  title: 'the way to Postgres is cut, one write falls into the gap, and then silence',
  scenery: { quiet: true, env: { BURGEE_POLL_INTERVAL_MS: '10000' } },
  mutants: ['no-resync'],
  async play(stage) {
    const client = await ownClient(stage);
    const writer = new Writer({ ...stage.writerOptions(), sql: client });
    for (let round = 0; round < (stage.scale.isTimed ? 3 : 1); round += 1) {
      await pause(stage.random.between(500, 1500));
      const over = stage.judge.outage();
      await each(stage, (link) => link.cut());
      await writer.write();
      await pause(stage.random.between(0, 500));
      await each(stage, (link) => link.mend());
      const mendedAt = performance.now();
      await caughtUp(stage, mendedAt, 3000);
      over();
    }
    const over = stage.judge.outage();
    await stage.bed.postgres.admin(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'burgee-listen'`,
    );
    await writer.write();
    await caughtUp(stage, performance.now(), 3000);
    over();
    await client.end();
  },
};

/** Writes at the writer's rate past the api and its way; answers how to end that. */
export async function writePast(stage: Stage): Promise<() => Promise<void>> {
  const client = await ownClient(stage);
  const writer = new Writer({ ...stage.writerOptions(), sql: client });
  writer.start();
  return async () => {
    await writer.stop();
    await client.end();
  };
}

export async function ownClient(stage: Stage): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: stage.database.ownerUrl });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** From the mending to the moment at which every replica and every reader is on the last value. */
async function caughtUp(stage: Stage, since: number, mostMs: number): Promise<void> {
  const noted = Number(stage.figures.caughtUpMs ?? 0);
  await stage.until('caught up', () => stage.faults().then((list) => list.length === 0), 12_000);
  stage.within('caughtUpMs', Math.max(noted, performance.now() - since), mostMs);
}

async function each(stage: Stage, work: (link: Stage['links'][number]) => Promise<void>): Promise<void> {
  for (const link of stage.links) await work(link);
}

async function readiness({ replicas: [replica] }: Stage) {
  const { host, port } = replica!;
  const { status, text } = await ask({ host, port, method: 'GET', path: '/readyz', timeoutMs: 2000 });
  const figures = await ask({ host, port: 9464, method: 'GET', path: '/metrics', timeoutMs: 2000 });
  const age = Number(/^burgee_last_sync_age_seconds ([\d.]+)/m.exec(figures.text)?.[1] ?? 0);
  return { code: status, status: /"status":"(\w+)"/.exec(text)?.[1] ?? text, age };
}

export const networkFaults: readonly Fault[] = [partition, slow, blackHole, gap];
