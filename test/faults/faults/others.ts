import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { startApps } from '../kit/apps.ts';
import type { Fault } from '../kit/run.ts';
import { peakWithin } from '../kit/tally.ts';

/** A stand-in that answers over HTTP and holds a transaction in Postgres, through another login and another way. */
const engineDown: Fault = {
  id: 'F56',
  title: 'Hasura is gone in the middle of a transaction',
  scenery: { bare: true },
  mutants: ['asks-the-engine'],
  async play(stage) {
    const url = new URL(stage.database.hasuraUrl);
    const way = await stage.bed.toxiproxy!.link(`${stage.database.name}-engine`, { port: stage.bed.postgres.port });
    url.host = `127.0.0.1:${way.port}`;
    const engine = new pg.Client({ connectionString: url.href });
    engine.on('error', () => undefined);
    await engine.connect();
    const door = createServer((_, response) => response.end('{"data":{}}')).listen(stage.neighbourPort, '127.0.0.1');
    await stage.begin();
    await stage.play({
      strike: async () => {
        await engine.query('begin');
        await engine.query('select count(*) from burgee.flag');
        await way.cut();
        door.close();
        door.closeAllConnections();
      },
      heal: () => way.mend(),
      lastsMs: 4000,
    });
    const refused = stage.writer.refusals[0]?.text;
    stage.expect(refused === undefined, `a write through the api was refused: ${refused}`);
    await engine.end().catch(() => undefined);
    await way.cut();
  },
};

const rackGone: Fault = {
  id: 'F57',
  title: 'the whole rack is gone, database and api, and applications restart meanwhile',
  mutants: ['app-without-disk', 'app-without-jitter'],
  async play(stage) {
    const { postgres } = stage.bed;
    const count = stage.scale.isTimed ? 100 : 20;
    let apps = await startApps(stage, count);
    await pause(stage.scale.beforeMs);
    await stage.writer.stop();
    await stage.until('all on the last value', () => stage.faults().then((list) => list.length === 0), 8000);
    await pause(1000); // caches are written in the background
    await stage.load?.stop();
    stage.load = undefined;
    for (const reader of stage.readers.splice(0)) reader.close();
    const over = stage.judge.outage();
    await postgres.killHard();
    for (const replica of stage.replicas) await replica.stop();
    await pause(stage.scale.faultMs);
    await apps.stop();
    apps = await startApps(stage, count);
    const outageMs = Number(process.env.BURGEE_OUTAGE_S ?? (stage.scale.isTimed ? 30 : 2)) * 1000;
    await pause(outageMs);
    stage.expect(apps.decided() > 0, 'the applications decided nothing while the rack was gone');
    await postgres.start();
    stage.balancer.connectsAt.length = 0;
    for (const index of stage.replicas.keys()) await (await stage.restart(index)).untilAlive();
    await stage.until('every application is live again', () => apps.live() === count, 60_000);
    over();
    const peak = peakWithin(stage.balancer.connectsAt.splice(0), 1000);
    stage.within('peakConnectsPercent', (peak / count) * 100, 60);
    stage.figures.decided = apps.decided();
    await apps.stop();
  },
};

export const otherFaults: readonly Fault[] = [engineDown, rackGone];
