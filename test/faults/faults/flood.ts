import { setTimeout as pause } from 'node:timers/promises';
import { ask } from '../kit/http.ts';
import { lightReader, type Reader } from '../kit/readers.ts';
import type { Fault } from '../kit/run.ts';
import { openWire, postOf, type Wire } from '../kit/sockets.ts';
import { type Scale, type Stage, shareOf } from '../kit/stage.ts';
import { peakWithin, percentile } from '../kit/tally.ts';

const fewFiles: Fault = {
  id: 'F22',
  title: 'one replica may open 256 files, and 600 strangers connect',
  scenery: {
    bare: true,
    retry: true,
    mayShed: true,
    within: (_, index) => (index === 0 ? ['prlimit', '--nofile=256:256'] : []),
  },
  mutants: ['counts-no-connections'],
  async play(stage) {
    await stage.begin(Math.min(40, stage.scale.readers)); // there is room for 192 connections
    const replica = stage.replicas[0]!;
    const flood: Wire[] = [];
    const answers: string[] = [];
    const { healedAt } = await stage.play({
      strike: async () => {
        stage.balancer.drop(replica.port); // who connects anew is sent elsewhere, who is connected stays
        const key = stage.bed.world.secrets.client;
        const question = postOf(`/ofrep/v1/evaluate/flags/${stage.model.keys[0]}`, { key, body: { context: {} } });
        for (let index = 0; index < 600; index += 1) {
          const wire = openWire(replica, question);
          wire.socket.once('data', (bytes: Buffer) => answers.push(bytes.toString('latin1')));
          flood.push(wire);
          if (index % 20 === 0) await pause(5);
        }
      },
      heal: async () => {
        for (const { socket } of flood) socket.destroy();
      },
      lastsMs: 3000,
      afterMs: 0,
    });
    await stage.until('answers again', async () => (await questionTo(stage)) === 200, 10_000);
    stage.within('okMs', performance.now() - healedAt, 5000);
    stage.balancer.take(replica.port);
    await pause(stage.scale.afterMs / 2);
    const refused = answers.filter((text) => text.startsWith('HTTP/1.1 503') && /^retry-after: \d/im.test(text));
    Object.assign(stage.figures, { served: answers.length - refused.length, refused: refused.length });
    stage.expect(refused.length > 0, 'nobody was refused with 503 and Retry-After');
    stage.expect(replica.isAlive(), 'the replica ended');
    const said = replica.output().match(/more connections than|connections are dropped|cannot be accepted/g) ?? [];
    stage.expect(said.length === 1, `the log says ${said.length} times within a minute that there are too many`);
  },
};

async function questionTo({ replicas: [replica], bed, model }: Stage): Promise<number> {
  const { host, port } = replica!;
  const path = `/ofrep/v1/evaluate/flags/${model.keys[0]}`;
  return (await ask({ host, port, path, key: bed.world.secrets.client, body: { context: {} }, timeoutMs: 1000 }))
    .status;
}

/** So many that all fit on two replicas, and not on one. */
const crowdOf = (scale: Scale) => Math.round(2000 * shareOf(scale));
const capOf = (scale: Scale) => Math.round(crowdOf(scale) * 0.6 + scale.readers + 20);

const herd: Fault = {
  id: 'F32',
  title: '2,000 readers connect within a second, and one replica is all there is at first',
  scenery: { quiet: true, mayShed: true, env: (scale) => ({ BURGEE_MAX_STREAMS: String(capOf(scale)) }) },
  mutants: ['without-cap', 'come-back-together'],
  async play(stage) {
    const [first, second] = [stage.replicas[0]!, stage.replicas[1]!];
    await stage.load?.stop();
    stage.startLoad({ timeoutMs: 10_000 }); // whoever is there already may be told to come again, and waits his turn
    await pause(stage.scale.beforeMs);
    stage.balancer.drop(second.port);
    const resident = () => first.residentBytes() + second.residentBytes();
    const before = resident();
    const crowd: Reader[] = [];
    const from = performance.now();
    const count = crowdOf(stage.scale);
    for (; crowd.length < count; await pause(10)) {
      const due = Math.min(count, Math.ceil(((performance.now() - from) / 1000) * count));
      while (crowd.length < due) crowd.push(lightReader(stage.readerOptions()));
    }
    stage.readers.push(...crowd);
    stage.figures.askedWithinMs = Math.round(performance.now() - from);
    await stage.until(
      'all have been answered',
      () => crowd.every((one) => one.connects + one.refusals.length > 0),
      20_000,
    );
    const served = crowd.filter(({ connects }) => connects > 0).length;
    await pause(1000);
    // the one with fewer connections gets the new ones
    stage.balancer.take(second.port);
    stage.balancer.drop(first.port);
    await stage.until('all are in', () => crowd.every(({ connects }) => connects > 0), 60_000);
    stage.within('allInMs', performance.now() - from, 30_000);
    stage.balancer.take(first.port);
    stage.within('rssPerReaderKB', (resident() - before) / count / 1000, 60);
    const refusals = crowd.flatMap((one) => one.refusals);
    Object.assign(stage.figures, { served, refused: refusals.length });
    stage.expect(refusals.length > 0, 'nobody was refused');
    stage.expect(
      refusals.every(({ status, retryAfter }) => status === 503 && Number(retryAfter) >= 1),
      `somebody was refused by ${refusals[0]?.status} ${refusals[0]?.retryAfter}`,
    );
    const told = new Set(refusals.map(({ retryAfter }) => retryAfter));
    stage.expect(told.size >= Math.min(5, refusals.length / 3), `all were told to come again after ${[...told]} s`);
    await stage.writer.write();
  },
};

/** Everybody is cut off at once: what counts is how they come back. */
const restart: Fault = {
  id: 'F33',
  title: 'both replicas are killed and started anew with 1,000 readers on them',
  scenery: { bare: true, quiet: true },
  mutants: ['same-wait-for-all'],
  async play(stage) {
    const count = Math.round(1000 * shareOf(stage.scale));
    for (const replica of stage.replicas) await replica.untilAlive();
    for (let index = 0; index < count; index += 1) {
      stage.readers.push(lightReader(stage.readerOptions()));
      if (index % 25 === 0) await pause(20);
    }
    await stage.until('all are in', () => stage.readers.every(({ connects }) => connects === 1), 30_000);
    await stage.writer.write();
    await stage.until('all on the last value', () => stage.faults().then((list) => list.length === 0), 8000);
    const over = stage.judge.outage();
    stage.balancer.connectsAt.length = 0;
    for (const replica of stage.replicas) await replica.stop();
    for (const index of stage.replicas.keys()) await stage.restart(index);
    await stage.until('all are back', () => stage.readers.every(({ connects }) => connects > 1), 60_000);
    over();
    stage.within('peakConnectsPercent', (peakWithin(stage.balancer.connectsAt.splice(0), 1000) / count) * 100, 60);
    stage.within(
      'downP99Ms',
      percentile(
        stage.readers.flatMap(({ awayMs }) => awayMs),
        0.99,
      ),
      6000,
    );
    await stage.writer.write();
  },
};

export const floodFaults: readonly Fault[] = [fewFiles, herd, restart];
