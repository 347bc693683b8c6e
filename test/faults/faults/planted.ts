import { setTimeout as pause } from 'node:timers/promises';
import { ask } from '../kit/http.ts';
import type { Fault } from '../kit/run.ts';
import type { Stage } from '../kit/stage.ts';
import { percentile } from '../kit/tally.ts';

const lengths = [1, 2, 3, 10, 11, 50];

const cycles: Fault = {
  id: 'F28',
  title: 'flags that require each other in circles of 1 to 50',
  mutants: ['blind-to-cycles'],
  async play(stage) {
    const refusal = await stage.sql(requireInRing('switch-0002', 'switch-0002')).then(() => 'nothing', String);
    stage.expect(/cycle/i.test(refusal), `a circle by SQL was refused by: ${refusal}`);
    await pause(stage.scale.beforeMs);
    const rings = lengths.map((length) => Array.from({ length }, (_, index) => `ring-${length}-${index}`));
    const keys = rings.flat();
    for (const key of keys) stage.model.foreign.add(key);
    const from = stage.tally.latenciesMs.length;
    await stage.plant(
      newFlags(keys),
      ...rings.flatMap((ring) => ring.map((key, index) => requireInRing(key, ring[(index + 1) % ring.length]!))),
    );
    await planted(stage);
    for (const ring of rings) {
      const answers = await Promise.all([ring[0]!, ring.at(-1)!].map((key) => answerOf(stage, key)));
      for (const { status, text } of answers)
        stage.expect(
          status === 400 && text.includes('PARSE_ERROR'),
          `a flag of a circle of ${ring.length} says ${status} ${text}`,
        );
    }
    await pause(stage.scale.afterMs);
    stage.within('cycleReadP99Ms', percentile(stage.tally.latenciesMs.slice(from), 0.99), 100);
  },
};

const poison: Fault = {
  id: 'F31',
  isShort: true,
  title: 'one flag that cannot be read among all that can',
  mutants: ['one-spoils-all'],
  async play(stage) {
    await pause(stage.scale.beforeMs);
    stage.model.foreign.add('poison');
    await stage.plant(
      newFlags(['poison']),
      `update burgee.flag_setting set rules = '[{"id": "r", "if": [{"attr": "x", "op": "matchesish", "values": [1]}], "serve": 7}]'
       from burgee.flag where flag.id = flag_id and flag.key = 'poison'`,
    );
    await planted(stage);
    const { host, port } = stage.replicas[0]!;
    const key = stage.bed.world.secrets.server;
    const { text } = await ask({
      host,
      port,
      path: '/ofrep/v1/evaluate/flags',
      key,
      body: { context: { targetingKey: 'a' } },
    });
    const { flags } = JSON.parse(text) as { flags: { key: string; errorCode?: string }[] };
    const good = flags.filter(({ errorCode }) => errorCode === undefined).length;
    stage.figures.right = `${good}/${stage.model.keys.length}`;
    stage.expect(good === stage.model.keys.length, `${good} of ${stage.model.keys.length} flags are served`);
    const code = flags.find((flag) => flag.key === 'poison')?.errorCode;
    stage.expect(code === 'PARSE_ERROR', `the poison flag says ${code}`);
    await pause(stage.scale.afterMs);
  },
};

const tooLarge: Fault = {
  id: 'F29',
  title: 'a segment of 100,001 entries, 10,001 flags, a ruleset over the limit',
  scenery: { quiet: true },
  mutants: ['without-limits'],
  async play(stage) {
    await stage.sql(`insert into burgee.segment (project_id, key) select id, 'crowd' from burgee.project`);
    const refusal = await stage.sql(addMembers).then(() => 'nothing', String);
    stage.expect(/100,?000/.test(refusal), `100,001 members of a segment were refused by: ${refusal}`);
    await pause(stage.scale.beforeMs);
    await stage.writer.write();
    await stage.until('the last good one is served', () => stage.faults().then((list) => list.length === 0), 8000);
    const good = stage.model.begun;
    const resident = Math.max(...stage.replicas.map((replica) => replica.residentBytes()));
    const over = stage.judge.outage();
    for (const key of manyKeys) stage.model.foreign.add(key);
    await stage.plant(newFlags(manyKeys));
    await pause(stage.scale.faultMs + 2000);
    const versions = await Promise.all(stage.replicas.map((replica) => stage.bulk(replica, 0)));
    for (const version of versions)
      stage.expect(
        stage.model.ordinalOf(version ?? '') === good,
        `a replica serves ${version}, which is over the limit`,
      );
    const growth = Math.max(...stage.replicas.map((replica) => replica.residentBytes())) - resident;
    stage.within('rssGrowthMB', growth / 1e6, 150);
    await stage.plant(...removeFlags('many-%'));
    await planted(stage);
    over();
    await stage.writer.write();
  },
};

const doubled: Fault = {
  id: 'F30',
  isShort: true,
  title: 'every row of the flags is doubled, with other values, after the constraints were dropped',
  scenery: { quiet: true },
  mutants: ['doubles-unseen'],
  async play(stage) {
    await pause(stage.scale.beforeMs);
    await stage.writer.write();
    await stage.until('the last good one is served', () => stage.faults().then((list) => list.length === 0), 8000);
    const good = stage.model.begun;
    const over = stage.judge.outage();
    await stage.plant(...doubleRows);
    await pause(stage.scale.faultMs + 500);
    for (const replica of stage.replicas) {
      const version = await stage.bulk(replica, 0);
      stage.expect(
        stage.model.ordinalOf(version ?? '') === good,
        `a replica serves ${version}, whose rows are doubled`,
      );
      stage.expect(/refused|doubled|twice/.test(replica.output()), 'nobody raised an alarm');
    }
    await stage.plant(...removeFlags('%', `and flag.description = 'the double'`), ...constraints);
    await planted(stage);
    over();
    await stage.writer.write();
  },
};

/** Until every replica serves what was planted. */
async function planted(stage: Stage): Promise<void> {
  const isServed = async () => {
    for (const replica of stage.replicas) {
      const version = await stage.bulk(replica, 0);
      if (version === undefined || stage.model.ordinalOf(version) < stage.plantedAt) return false;
    }
    return true;
  };
  await stage.until('what was planted is served', isServed, 15_000);
}

function answerOf({ replicas: [replica], bed }: Stage, flag: string) {
  const { host, port } = replica!;
  const key = bed.world.secrets.server;
  return ask({ host, port, path: `/ofrep/v1/evaluate/flags/${flag}`, key, body: { context: { targetingKey: 'a' } } });
}

const manyKeys = Array.from({ length: 10_001 }, (_, index) => `many-${index}`);

function newFlags(keys: readonly string[]): string {
  return `with made as (
      insert into burgee.flag (project_id, key, client_visible)
      select project.id, one, true from burgee.project, jsonb_array_elements_text('${JSON.stringify(keys)}') as one
      returning id)
    insert into burgee.flag_setting (flag_id, environment_id, enabled, off_variant, default_serve)
    select made.id, environment.id, true, 'off', '"on"' from made, burgee.environment`;
}

function removeFlags(like: string, more = ''): string[] {
  const ids = `select flag.id from burgee.flag where flag.key like '${like}' ${more}`;
  return [`delete from burgee.flag_setting where flag_id in (${ids})`, `delete from burgee.flag where id in (${ids})`];
}

function requireInRing(key: string, required: string): string {
  return `update burgee.flag_setting set requires = '[{"flag": "${required}", "variants": ["on"]}]'
    from burgee.flag where flag.id = flag_id and flag.key = '${key}'`;
}

const addMembers = `
  insert into burgee.segment_member (segment_id, targeting_key)
  select segment.id, 'somebody-' || number from burgee.segment, generate_series(1, 100001) as number`;

const doubleRows = [
  'alter table burgee.flag drop constraint flag_key_once',
  'drop index burgee.flag_key_any_case',
  `with made as (
      insert into burgee.flag (project_id, key, value_type, variants, client_visible, description)
      select project_id, key, value_type, case when value_type = 'integer' then '{"now": -99, "off": -98}' else variants end, true, 'the double'
      from burgee.flag returning id, key)
    insert into burgee.flag_setting (flag_id, environment_id, enabled, off_variant, rules, default_serve)
    select made.id, setting.environment_id, setting.enabled, setting.off_variant, setting.rules, setting.default_serve
    from made join burgee.flag on flag.key = made.key join burgee.flag_setting setting on setting.flag_id = flag.id`,
];
const constraints = [
  'alter table burgee.flag add constraint flag_key_once unique (project_id, key)',
  'create unique index flag_key_any_case on burgee.flag (project_id, lower(key))',
];

export const plantedFaults: readonly Fault[] = [cycles, tooLarge, doubled, poison];
