import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { ask, type Reply } from '../kit/http.ts';
import type { Fault } from '../kit/run.ts';
import type { Stage } from '../kit/stage.ts';
import { refusedWell } from './database.ts';
import { ownClient, writePast } from './network.ts';

const strangers: Fault = {
  id: 'F07',
  isShort: true,
  title: 'strangers take every connection of Postgres',
  scenery: { quiet: true },
  mutants: ['one-pool'],
  async play(stage) {
    const crowd: pg.Client[] = [];
    const done = await writePast(stage);
    await pause(stage.scale.beforeMs);
    await crowdIn(stage, crowd);
    const refusals: Reply[] = [];
    for (
      const until = performance.now() + Math.max(stage.scale.faultMs, 1000);
      performance.now() < until;
      await pause(100)
    )
      refusals.push(await tryToWrite(stage));
    await stage.until('a change is seen though there is no connection left', () => seen(stage), 8000);
    await Promise.all(crowd.map((client) => client.end().catch(() => undefined)));
    await pause(stage.scale.afterMs);
    await done();
    stage.figures.refused = refusals.length;
    stage.within('slowestRefusalMs', Math.max(...refusals.map(({ tookMs }) => tookMs)), 1500);
    for (const { status, headers, text } of refusals)
      stage.expect(status === 503 && Number(headers['retry-after']) > 0, `a write was answered by ${status} ${text}`);
  },
};

/** A mutation that would change nothing: without strangers it is refused because there is no such flag. */
function tryToWrite({ balancer, bed }: Stage): Promise<Reply> {
  const input = { project: 'shop', key: 'no-such-flag', revision: '1', reason: 'a try' };
  const query = 'mutation ($input: UpdateFlagInput!) { updateFlag(input: $input) { revision } }';
  return ask({
    port: balancer.port,
    path: '/graphql',
    key: bed.world.secrets.token,
    body: { query, variables: { input } },
  });
}

async function seen(stage: Stage): Promise<boolean> {
  return (await stage.faults()).length === 0;
}

/** Takes all there is, again and again, and what the api's pool for people's requests held. */
async function crowdIn(stage: Stage, crowd: pg.Client[]): Promise<void> {
  const url = stage.database.apiUrl;
  const take = async () => {
    for (;;) {
      const client = new pg.Client({ connectionString: url, application_name: 'stranger' });
      client.on('error', () => undefined);
      try {
        await client.connect();
      } catch {
        return;
      }
      crowd.push(client);
    }
  };
  await take();
  await stage.bed.postgres.admin(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name in ('burgee-api', 'burgee-long')`,
  );
  await take();
}

const locked: Fault = {
  id: 'F08',
  title: 'the tables of flags are locked for 4 s',
  mutants: ['asks-for-each-read'],
  async play(stage) {
    const owner = await ownClient(stage);
    await stage.play({
      strike: async () => {
        await owner.query('begin');
        await owner.query('lock table burgee.flag, burgee.flag_setting, burgee.environment in access exclusive mode');
      },
      heal: async () => void (await owner.query('commit')),
      lastsMs: 4000,
    });
    await owner.end();
    const slowest = Math.max(0, ...stage.writer.refusals.map(({ tookMs }) => tookMs));
    stage.within('slowestRefusalMs', slowest, 4000);
    refusedWell({ writer: stage.writer, expect: stage.expect.bind(stage) });
  },
};

export const crowdingFaults: readonly Fault[] = [strangers, locked];
