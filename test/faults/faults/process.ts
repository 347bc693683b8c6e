import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { openStream } from '../kit/event-stream.ts';
import { makeGroup } from '../kit/groups.ts';
import { ask } from '../kit/http.ts';
import type { Fault } from '../kit/run.ts';
import type { Stage } from '../kit/stage.ts';
import { percentile } from '../kit/tally.ts';

const killed: Fault = {
  id: 'F17',
  isShort: true,
  title: 'one replica is killed under load, and comes back after a while',
  scenery: { retry: true },
  mutants: ['late-return'],
  async play(stage) {
    let killedAt = 0;
    let connected = 0;
    await stage.play({
      strike: async () => {
        connected = stage.readers.length;
        killedAt = performance.now();
        stage.replicas[0]!.signal('SIGKILL');
        await stage.replicas[0]!.ended;
      },
      heal: async () => void (await (await stage.restart(0)).untilAlive()),
      lastsMs: 6000,
    });
    const moved = stage.readers.filter(({ lastConnectAt }) => lastConnectAt > killedAt);
    stage.figures.moved = `${moved.length}/${connected}`;
    stage.expect(moved.length > 0, 'no reader was on the replica that was killed');
    stage.within(
      'readersBackP99Ms',
      percentile(
        moved.flatMap(({ awayMs }) => awayMs),
        0.99,
      ),
      5000,
    );
  },
};

const drained: Fault = {
  id: 'F18',
  title: 'one replica is told to stop under load, and takes its leave',
  mutants: ['ends-at-once'],
  async play(stage) {
    const replica = stage.replicas[0]!;
    const lastWords = await followers(stage, 20);
    await stage.play({
      strike: async () => {
        const toldAt = performance.now();
        replica.signal('SIGTERM');
        await stage.until('not ready', async () => (await readiness(stage)) === 503, 2000);
        stage.within('notReadyMs', performance.now() - toldAt, 1000);
        stage.balancer.drop(replica.port); // as a balancer does that asks for /readyz
        const how = await Promise.race([replica.ended, pause(15_000, 'still there', { ref: false })]);
        stage.within('exitMs', performance.now() - toldAt, 10_000);
        stage.expect(how === 0, `it ended by ${how}`);
        if (how === 'still there') await replica.stop();
      },
      heal: async () => {
        await (await stage.restart(0)).untilAlive();
        stage.balancer.take(replica.port);
      },
      lastsMs: 0,
    });
    stage.expect(
      lastWords.every((last) => last() === 'retry'),
      `streams ended after ${[...new Set(lastWords.map((last) => last()))].join(', ')}`,
    );
  },
};

/** Streams of one replica; answers what came last on each. */
async function followers(stage: Stage, count: number): Promise<(() => string)[]> {
  const { port } = stage.replicas[0]!;
  let open = 0;
  const all = Array.from({ length: count }, () => {
    let last = 'nothing';
    let retries = 0;
    openStream(
      { port, path: '/v1/decisions', method: 'POST', key: stage.bed.world.secrets.client, body: { context: {} } },
      {
        open: () => {
          open += 1;
        },
        event: () => {
          last = 'an event';
        },
        retry: () => {
          retries += 1;
          last = retries > 1 ? 'retry' : 'its beginning';
        },
        end: () => undefined,
      },
    );
    return () => last;
  });
  await stage.until('streams of the replica', () => open === count, 10_000);
  return all;
}

async function readiness({ replicas: [replica] }: Stage): Promise<number> {
  const { host, port } = replica!;
  return (await ask({ host, port, method: 'GET', path: '/readyz', timeoutMs: 1000 })).status;
}

const memoryLimit = 250e6;

const outOfMemory: Fault = {
  id: 'F20',
  title:
    'one replica may have 250 MB, and somebody in its group takes them: it is killed, and starts from its snapshot',
  scenery: {
    retry: true,
    within: (stage, index) => {
      const group = index === 0 ? makeGroup('memory') : undefined;
      if (group === undefined) return [];
      group.limitMemory(memoryLimit);
      stage.groups.push(group);
      return group.within;
    },
  },
  mutants: ['no-snapshot'],
  async play(stage) {
    const replica = stage.replicas[0]!;
    let restartedAt = 0;
    await stage.play({
      strike: async () => {
        stage.expect(replica.isAlive(), 'the load alone was too much for 250 MB');
        stage.figures.heldMB = Math.round(replica.residentBytes() / 1e6);
        await stage.links[0]!.cut();
        await exhaust(stage);
        stage.figures.ended = String(await replica.ended);
        stage.model.mayBeCached = true;
        restartedAt = performance.now();
        await stage.restart(0);
        await stage.until(
          'an answer from the snapshot',
          async () => (await stage.bulk(stage.replicas[0]!, 0)) !== undefined,
          15_000,
        );
        stage.within('restartMs', performance.now() - restartedAt, 5000);
      },
      heal: () => stage.links[0]!.mend(),
    });
    stage.expect(stage.replicas[0]!.isAlive(), 'the replica ended once more');
    const isOn = async () => (await stage.faults()).length === 0;
    await stage.writer.stop();
    await stage.until('everything is live again', isOn, 12_000);
    stage.model.mayBeCached = false;
  },
};

/** Takes memory in the group until the kernel kills the process that it was told to kill first. */
async function exhaust(stage: Stage): Promise<void> {
  const [group] = stage.groups;
  const replica = stage.replicas[0]!;
  if (group === undefined) return replica.signal('SIGKILL');
  writeFileSync(`/proc/${replica.pid}/oom_score_adj`, '1000');
  const eat = 'head -c 240m /dev/zero | tail';
  const child = spawn(group.within[0]!, [...group.within.slice(1), 'sh', '-c', eat], {
    stdio: 'ignore',
    detached: true,
  });
  const gone = once(child, 'exit');
  await Promise.race([replica.ended, gone]);
  try {
    process.kill(-child.pid!, 'SIGKILL');
  } catch {
    // it has ended
  }
  await gone;
  if (replica.isAlive()) stage.problems.push('the kernel killed nobody');
  if (replica.isAlive()) replica.signal('SIGKILL');
}

const slowed: Fault = {
  id: 'F21',
  title: 'the one replica has a fifth of a core, and more to do than that',
  scenery: {
    replicas: 1,
    mayShed: true,
    env: { BURGEE_MAX_LAG_MS: '200' },
    within: (stage) => {
      const group = makeGroup('cpu');
      if (group === undefined) return [];
      stage.groups.push(group);
      return group.within;
    },
  },
  mutants: ['never-sheds'],
  async play(stage) {
    const flood = stage.newLoad({ perSecond: stage.scale.evaluationsPerSecond * 5, sockets: 1500, timeoutMs: 8000 });
    let from = 0;
    let fullSpeed = () => {};
    const { tally } = stage;
    await stage.play({
      strike: async () => {
        await lagOf(stage); // counts from here
        fullSpeed = slowDown(stage);
        flood.start();
        // what was asked before is not of interest, nor the first second: nobody can know at once
        await pause(Math.min(1500, stage.scale.faultMs));
        from = tally.latenciesMs.length;
      },
      heal: async () => {
        await flood.stop();
        const lag = await lagOf(stage);
        fullSpeed();
        stage.within('acceptedP99Ms', percentile(tally.latenciesMs.slice(from), 0.99), 1000);
        stage.within('lagMeanMs', lag.mean, 200);
        stage.figures.lagP99Ms = Math.round(lag.p99);
        stage.figures.accepted = tally.latenciesMs.length - from;
        stage.within('shedP99Ms', percentile(tally.shedMs, 0.99), 1000);
      },
      lastsMs: 8000,
    });
    if (stage.scale.isTimed) stage.expect(tally.shedMs.length > 0, 'nothing was refused: there was not too much to do');
  },
};

/** By a control group, or by stopping it four fifths of the time; answers how to end that. */
function slowDown(stage: Stage): () => void {
  const [group] = stage.groups;
  const replica = stage.replicas[0]!;
  if (group !== undefined) {
    group.limitTime(0.2);
    return () => group.limitTime(0);
  }
  stage.figures.slowedBy = 'signals';
  const beat = setInterval(() => {
    replica.signal('SIGSTOP');
    setTimeout(() => replica.signal('SIGCONT'), 80);
  }, 100);
  return () => {
    clearInterval(beat);
    setTimeout(() => replica.signal('SIGCONT'), 100);
  };
}

/** Milliseconds by which the event loop was late since this was asked last. */
async function lagOf({ replicas: [replica] }: Stage): Promise<{ mean: number; p99: number }> {
  const { host, port } = replica!;
  const { text } = await ask({ host, port, method: 'GET', path: '/metrics', timeoutMs: 8000 });
  const seconds = (name: string) =>
    Number(new RegExp(`^nodejs_eventloop_lag_${name}_seconds ([\\d.e-]+)`, 'm').exec(text)?.[1]);
  return { mean: seconds('mean') * 1000, p99: seconds('p99') * 1000 };
}

export const processFaults: readonly Fault[] = [killed, drained, outOfMemory, slowed];
