import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../kit/run.ts';
import type { Stage } from '../kit/stage.ts';

/** What is refused says when to come again; whoever asks for a write is never left hanging. */
export function refusedWell({ writer, expect }: Pick<Stage, 'writer'> & { expect: Stage['expect'] }): void {
  for (const { status, retryAfter, text } of writer.refusals)
    expect(status === 503 && Number(retryAfter) > 0, `a write was refused by ${status} ${text}, Retry-After ${retryAfter}`);
}

function demands(stage: Stage, healedAt: number): void {
  const last = stage.writer.refusals.at(-1)?.at ?? healedAt;
  stage.within('writesRefusedMsAfter', Math.max(0, last - healedAt), 3000);
  stage.expect(stage.replicas.every((replica) => replica.isAlive()), 'a replica ended');
  stage.figures.refused = stage.writer.refusals.length;
  refusedWell({ writer: stage.writer, expect: stage.expect.bind(stage) });
}

const killed: Fault = {
  id: 'F01',
  isShort: true,
  title: 'Postgres is killed with all its children under load, and comes back after 2 s',
  mutants: ['cache-dropped'],
  async play(stage) {
    const { postgres } = stage.bed;
    const { healedAt } = await stage.play({ strike: postgres.killHard, heal: () => postgres.start(), lastsMs: 2000 });
    demands(stage, healedAt);
  },
};

const restarted: Fault = {
  id: 'F02',
  title: 'Postgres restarts fast',
  mutants: ['deaf-to-idle-errors'],
  async play(stage) {
    const { postgres } = stage.bed;
    const { healedAt } = await stage.play({ strike: postgres.stopFast, heal: () => postgres.start(), lastsMs: 0 });
    demands(stage, healedAt);
  },
};

/** Answers to commits come late and are lost on the way: what became of them only the next try tells. */
const stoppedWhileCommitting: Fault = {
  id: 'F03',
  title: 'immediate stops of Postgres, and cut ways, in the middle of commits: unknown outcomes are applied once or not at all',
  scenery: { quiet: true, retry: true },
  mutants: ['commits-at-times'],
  async play(stage) {
    const { postgres } = stage.bed;
    const writer = stage.writer;
    let isOver = false;
    const writing = (async () => {
      const most = Number(process.env.FAULT_WRITES ?? 2000);
      while (!isOver || (stage.scale.isTimed && stage.tally.acknowledged < most)) await writer.write();
    })();
    const over = stage.judge.outage();
    for (const link of stage.links) await link.poison('latency', { latency: 15 });
    for (let stop = 0; stop < (stage.scale.isTimed ? 20 : 3); stop += 1) {
      await pause(stage.random.between(300, 900));
      for (const _ of stage.links) await cutForAMoment(stage);
      await postgres.stopNow();
      await postgres.start();
    }
    for (const link of stage.links) await link.heal();
    isOver = true;
    await writing;
    over();
    stage.figures.unknown = writer.refusals.length;
    stage.expect(writer.refusals.length > 0, 'no outcome was unknown: nothing was tried');
  },
};

async function cutForAMoment(stage: Stage): Promise<void> {
  const before = stage.tally.acknowledged;
  // right after an acknowledgement the next write is on its way
  await stage.until('a write goes through', () => stage.tally.acknowledged > before, 20_000);
  await pause(stage.random.between(0, 250));
  stage.balancer.reset();
}

const readOnly: Fault = {
  id: 'F11',
  isShort: true,
  title: 'failover to a standby: reads go on, writes are refused as READ_ONLY, and it is promoted',
  mutants: ['read-only-unknown'],
  async play(stage) {
    const { postgres } = stage.bed;
    const { healedAt } = await stage.play({
      strike: async () => {
        await postgres.stopFast();
        await postgres.start({ standby: true });
        const isSaid = () => stage.writer.refusals.some(({ code }) => code === 'READ_ONLY');
        await stage.until('a write is refused as READ_ONLY', isSaid, 15_000);
      },
      heal: async () => void (await postgres.admin('select pg_promote()')),
      lastsMs: 4000,
    });
    demands(stage, healedAt);
  },
};

export const databaseFaults: readonly Fault[] = [killed, restarted, stoppedWhileCommitting, readOnly];
