import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ask, type Reply } from '../kit/http.ts';
import type { Fault } from '../kit/run.ts';
import type { Stage } from '../kit/stage.ts';

const fromDisk: Fault = {
  id: 'F15',
  isShort: true,
  title: 'a replica starts while Postgres is down, with its snapshot on disk',
  mutants: ['no-snapshot'],
  async play(stage) {
    const { postgres } = stage.bed;
    await pause(stage.scale.beforeMs);
    await stage.writer.stop();
    await stage.until('all on the last value', () => stage.faults().then((list) => list.length === 0), 5000);
    await pause(500); // the snapshot is written in the background
    await stage.load?.stop();
    const over = stage.judge.outage();
    await postgres.stopFast();
    stage.model.mayBeCached = true;
    stage.balancer.drop(stage.replicas[1]!.port);
    await stage.replicas[0]!.stop();
    const startedAt = performance.now();
    const replica = await stage.restart(0);
    const first = await firstAnswer(stage, 20_000);
    stage.within('firstAnswerMs', performance.now() - startedAt, 2000);
    stage.expect(
      first?.text.includes('"reason":"CACHED"') === true,
      `the first answer is ${first?.text.slice(0, 200)}`,
    );
    stage.startLoad();
    const { token } = stage.bed.world.secrets;
    const write = await ask({ port: replica.port, path: '/graphql', key: token, body: { query: 'mutation { x }' } });
    stage.expect(
      write.status === 503 && Number(write.headers['retry-after']) > 0,
      `a write is answered by ${write.status}`,
    );
    await pause(stage.scale.faultMs);
    await postgres.start();
    const backAt = performance.now();
    await stage.until('fresh after the return', () => stage.faults().then((list) => list.length === 0), 10_000);
    await stage.until(
      'no longer CACHED',
      async () => {
        const answer = await firstAnswer(stage, 100);
        return answer !== undefined && !answer.text.includes('CACHED');
      },
      10_000,
    );
    stage.within('freshMs', performance.now() - backAt, 3000);
    over();
    stage.model.mayBeCached = false;
    stage.balancer.take(stage.replicas[1]!.port);
  },
};

const fromNothing: Fault = {
  id: 'F16',
  isShort: true,
  title: 'a replica starts while Postgres is down, with nothing on disk',
  scenery: { replicas: 1, bare: true },
  mutants: ['ends-without-database'],
  async play(stage) {
    const { postgres } = stage.bed;
    await stage.replicas[0]!.stop();
    await postgres.stopFast();
    const replica = await stage.restart(0);
    await replica.untilAlive().catch(() => undefined);
    stage.expect(replica.isAlive(), 'it ended without its database');
    const { host, port } = replica;
    const ready = await ask({ host, port, method: 'GET', path: '/readyz' });
    stage.expect(ready.status === 503, `/readyz answers ${ready.status}`);
    const answer = await question(stage);
    stage.expect(
      answer.status === 503 && answer.text.includes('PROVIDER_NOT_READY') && Number(answer.headers['retry-after']) > 0,
      `an evaluation is answered by ${answer.status} ${answer.text}`,
    );
    await pause(stage.scale.faultMs);
    await postgres.start();
    const backAt = performance.now();
    await stage.until(
      'ready',
      async () => (await ask({ host, port, method: 'GET', path: '/readyz' })).status === 200,
      15_000,
    );
    stage.within('readyMs', performance.now() - backAt, 3000);
    await stage.begin();
    await pause(stage.scale.afterMs);
  },
};

const diskFull: Fault = {
  id: 'F24',
  isShort: true,
  title: 'the disk of the snapshots is full, or there is a file where the folder should be',
  scenery: { env: {} },
  mutants: ['snapshot-trouble-ends-it'],
  async play(stage) {
    const unmount = stage.replicas.map((_, index) => fill(stage, index));
    try {
      await pause(stage.scale.beforeMs + stage.scale.faultMs + stage.scale.afterMs);
      for (const replica of stage.replicas) {
        stage.expect(replica.isAlive(), 'a replica ended');
        stage.expect(replica.output().includes('a snapshot could not be saved'), 'nobody warned');
      }
    } finally {
      for (const undo of unmount) undo();
    }
  },
};

/** Who may mounts a file system of two pages there; for others a file is in the place of the folder. */
function fill(stage: Stage, index: number): () => void {
  const folder = path.join(stage.folder, `snapshots-${index}`);
  rmSync(folder, { recursive: true, force: true });
  if (index > 0 || !mounted(folder)) {
    rmSync(folder, { recursive: true, force: true });
    writeFileSync(folder, '');
    return () => undefined;
  }
  return () => void execFileSync('umount', ['-l', folder]);
}

function mounted(folder: string): boolean {
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // no root, or a container that may not
  }
}

function question({ replicas: [replica], bed, model }: Stage): Promise<Reply> {
  const { host, port } = replica!;
  const key = bed.world.secrets.server;
  return ask({
    host,
    port,
    path: `/ofrep/v1/evaluate/flags/${model.keys[0]}`,
    key,
    body: { context: {} },
    timeoutMs: 1000,
  });
}

async function firstAnswer(stage: Stage, withinMs: number): Promise<Reply | undefined> {
  for (const giveUpAt = performance.now() + withinMs; performance.now() < giveUpAt; await pause(10)) {
    const reply = await question(stage);
    if (reply.status === 200) return reply;
  }
  return undefined;
}

export const startingFaults: readonly Fault[] = [fromDisk, fromNothing, diskFull];
