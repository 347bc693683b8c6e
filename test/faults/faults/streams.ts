import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { newApiKey } from '@burgee/api';
import { startApps } from '../kit/apps.ts';
import { balance } from '../kit/balancer.ts';
import { startMiddlebox } from '../kit/middlebox.ts';
import type { Namespace } from '../kit/namespace.ts';
import { startNudged } from '../kit/nudged.ts';
import { decisionReader, nudgeReader, rulesetReader } from '../kit/readers.ts';
import type { Replica } from '../kit/replica.ts';
import type { Fault } from '../kit/run.ts';
import { openWire, peersOf, postOf, type Wire } from '../kit/sockets.ts';
import { type Stage, shareOf } from '../kit/stage.ts';
import { percentile } from '../kit/tally.ts';
import { contexts } from '../kit/world.ts';
import { Writer } from '../kit/writer.ts';
import { ownClient } from './network.ts';

/** Streams that are opened and never read; what comes for them is more than the kernel keeps. */
const silent: Fault = {
  id: 'F34',
  title: 'one reader in twenty never reads, and there is much to read',
  needs: 'namespaces',
  scenery: { isolated: true },
  mutants: ['never-cuts'],
  async play(stage) {
    for (const namespace of stage.namespaces) smallBuffers(namespace);
    const count = Math.max(2, Math.round(stage.scale.readers / 20));
    for (const key of largeKeys) stage.model.foreign.add(key);
    await stage.plant(...newLargeFlags);
    // the changes alone take room, until garbage is collected
    for (let change = 0; change < (stage.scale.isTimed ? 12 : 1); change += 1) {
      await stage.plant(changeLargeFlags);
      await pause(300);
    }
    const wires = stage.replicas.map((replica) => openStreams(stage, replica, Math.ceil(count / 2)));
    const isHeld = () => stage.replicas.map((replica, index) => heldOf(replica, wires[index]!));
    await stage.until(
      'silent readers are there',
      () => isHeld().every((held) => held === Math.ceil(count / 2)),
      10_000,
    );
    const before = stage.replicas.map((replica) => replica.residentBytes());
    const from = stage.tally.propagationsMs.length;
    let most = 0;
    let sentMB = 0;
    for (; sentMB < (stage.scale.isTimed ? 30 : 12) && isHeld().some((held) => held > 0); await pause(300)) {
      await stage.plant(changeLargeFlags);
      sentMB += (largeKeys.length * largeBytes) / 1e6;
      most = Math.max(most, ...stage.replicas.map((replica, index) => replica.residentBytes() - before[index]!));
    }
    stage.figures.cutAfterMB = Math.round(sentMB);
    stage.expect(
      isHeld().every((held) => held === 0),
      `${isHeld()} who never read are still held`,
    );
    stage.within('othersP99Ms', percentile(stage.tally.propagationsMs.slice(from), 0.99), 1000);
    stage.within('rssGrowthMB', most / 1e6, 60);
    for (const { socket } of wires.flat()) socket.destroy();
    await pause(stage.scale.afterMs / 2);
  },
};

/** What the kernel keeps for a reader is not what is looked at: some kilobytes instead of megabytes. */
function smallBuffers({ within: [command, ...rest] }: Namespace): void {
  execFileSync(command!, [...rest, 'sysctl', '-qw', 'net.ipv4.tcp_wmem=4096 16384 65536'], { stdio: 'pipe' });
}

function openStreams({ bed }: Stage, replica: Replica, count: number): Wire[] {
  const body = { context: { targetingKey: 'ada', silent: 'yes' } };
  const question = postOf('/v1/decisions', { key: bed.world.secrets.client, body, accept: 'text/event-stream' });
  return Array.from({ length: count }, () => openWire(replica, question));
}

/** How many of these connections the replica still holds. */
function heldOf(replica: Replica, wires: readonly Wire[]): number {
  const peers = peersOf(replica);
  return wires.filter(({ port }) => peers.has(port)).length;
}

const largeKeys = Array.from({ length: 8 }, (_, index) => `large-${index}`);
const largeBytes = 60_000;
const newLargeFlags = [
  `with made as (
      insert into burgee.flag (project_id, key, value_type, variants, client_visible)
      select project.id, one, 'string', '{"small": "-", "large": "--"}', true
      from burgee.project, jsonb_array_elements_text('${JSON.stringify(largeKeys)}') as one returning id)
    insert into burgee.flag_setting (flag_id, environment_id, enabled, off_variant, rules, default_serve)
    select made.id, environment.id, true, 'small',
      '[{"id": "r", "if": [{"attr": "silent", "op": "equals", "values": ["yes"]}], "serve": "large"}]', '"small"'
    from made, burgee.environment`,
];
/** New text of random letters; only who is silent gets it. */
const changeLargeFlags = `
  update burgee.flag set variants = jsonb_build_object('small', '-', 'large', repeat(md5(random()::text), ${Math.round(largeBytes / 32)}))
  where key like 'large-%'`;

const halfOpen: Fault = {
  id: 'F35',
  title: 'readers vanish from the network without a word',
  needs: 'namespaces',
  scenery: { isolated: true, replicas: 1 },
  mutants: ['never-judges'],
  async play(stage) {
    const replica = stage.replicas[0]!;
    const count = Math.max(5, Math.round(100 * shareOf(stage.scale)));
    const wires = openStreams(stage, replica, count);
    for (const { socket } of wires) socket.resume();
    await stage.until('they are there', () => heldOf(replica, wires) === count, 10_000);
    await pause(stage.scale.beforeMs);
    const [namespace] = stage.namespaces;
    for (const { port } of wires) namespace!.deafen(port);
    const vanishedAt = performance.now();
    await stage.until('nobody of them is held', () => heldOf(replica, wires) === 0, 90_000);
    stage.within('reapedMs', performance.now() - vanishedAt, 90_000);
    stage.figures.vanished = count;
    for (const { socket } of wires) socket.destroy();
  },
};

const nudges: Fault = {
  id: 'F36',
  title: '1,000 clients that are only told that something changed, under 50 writes a second',
  scenery: { bare: true, quiet: true, mayShed: true },
  mutants: ['app-asks-at-each-nudge'],
  async play(stage) {
    await stage.begin(Math.min(20, stage.scale.readers));
    const count = Math.max(10, Math.round(250 * shareOf(stage.scale)));
    const nudged = startNudged(stage, count);
    await stage.until('all clients are live', async () => (await nudged.say()).live === count, 60_000);
    const client = await ownClient(stage);
    const writer = new Writer({
      ...stage.writerOptions(),
      perSecond: 50 * Math.min(1, Math.max(0.4, shareOf(stage.scale))),
      sql: client,
    });
    const from = stage.tally.latenciesMs.length;
    const before = (await nudged.say()).asked;
    const wrote = stage.tally.acknowledged;
    const startedAt = performance.now();
    writer.start();
    await pause(stage.scale.isTimed ? 12_000 : 4000);
    await writer.stop();
    const seconds = (performance.now() - startedAt) / 1000;
    const { asked, nearestMs, refused } = await nudged.say();
    Object.assign(stage.figures, {
      clients: count,
      writesPerSecond: Math.round((stage.tally.acknowledged - wrote) / seconds),
      refetchesPerClientPer2s: Math.round(((asked - before) / count / seconds) * 200) / 100,
      nearestMs: Math.round(nearestMs),
      refused,
    });
    // its own clock may be late by a turn of a busy event loop
    stage.expect(nearestMs > 1900, `a client asked again after ${Math.round(nearestMs)} ms`);
    stage.within('nudgedReadP99Ms', percentile(stage.tally.latenciesMs.slice(from), 0.99), 500);
    await stage.until('all clients hold the last values', async () => isLast(stage, (await nudged.say()).held), 12_000);
    await nudged.stop();
    await client.end();
  },
};

function isLast({ model }: Stage, held: readonly string[]): boolean {
  const [values] = held;
  if (held.length !== 1 || values === undefined) return false;
  const found = new Map(JSON.parse(values) as [string, unknown][]);
  return model.keys.every((key) => {
    const [value] = JSON.parse(model.saidAt(key, model.begun, 0) ?? '[]') as unknown[];
    return found.get(key) === value;
  });
}

const idleMs = 30_000;

const middlebox: Fault = {
  id: 'F37',
  title: 'something on the way ends what is idle for 30 s, and cuts bytes into slices',
  scenery: { bare: true, quiet: true },
  mutants: ['no-heartbeat'],
  async play(stage) {
    await stage.begin(2);
    const { port } = stage.replicas[0]!;
    const link = await stage.bed.toxiproxy!.link(`${stage.database.name}-sliced`, { port });
    await link.poison('slicer', { average_size: 100, size_variation: 60, delay: 10 });
    const box = await startMiddlebox(link.port, idleMs);
    const options = { ...stage.readerOptions(), port: box.port };
    const before = stage.readers.length;
    for (let index = 0; index < 10; index += 1) stage.readers.push(decisionReader(options, index % contexts.length));
    stage.readers.push(rulesetReader(options), nudgeReader(options));
    const behind = stage.readers.slice(before);
    await stage.until('streams through the middlebox', () => behind.every(({ connects }) => connects > 0), 10_000);
    for (let write = 0; write < 20; write += 1) await stage.writer.write();
    await stage.until('all on the last value', () => stage.faults().then((list) => list.length === 0), 8000);
    const idle = Number(process.env.BURGEE_IDLE_S ?? (stage.scale.isTimed ? 300 : 2));
    stage.figures.idleSeconds = idle;
    const until = performance.now() + idle * 1000;
    while (performance.now() < until && box.ended() === 0) await pause(100);
    stage.figures.endedForIdleness = box.ended();
    stage.expect(box.ended() === 0, `${box.ended()} streams were ended because nothing passed`);
    stage.expect(
      behind.every(({ connects }) => connects === 1),
      'somebody had to come back',
    );
    for (let write = 0; write < 5; write += 1) await stage.writer.write();
    await stage.until(
      'the last value, through slices',
      () => behind.every((reader) => reader.fault() === undefined),
      8000,
    );
    for (const reader of behind) reader.close();
    stage.readers.splice(before);
    await box.close();
    await link.cut();
  },
};

const revoked: Fault = {
  id: 'F41',
  isShort: true,
  title: 'the key of applications is revoked while they run',
  scenery: { quiet: true },
  mutants: ['app-insists', 'revoked-go-on'],
  async play(stage) {
    const { text } = newApiKey('server', 'test');
    await stage.plant(addKey(text));
    const door = await balance(stage.replicas);
    const count = stage.scale.isTimed ? 20 : 5;
    const apps = await startApps(stage, count, { port: door.port, key: text });
    await stage.until('applications are live', () => apps.live() === count, 20_000);
    await stage.writer.write();
    await pause(stage.scale.beforeMs);
    door.connectsAt.length = 0;
    await stage.plant(`update burgee.api_key set revoked_at = clock_timestamp() where key_hash = ${bytesOf(text)}`);
    const revokedAt = performance.now();
    await stage.until('no stream of theirs goes on', () => apps.live() === 0, 20_000);
    stage.within('streamsClosedMs', performance.now() - revokedAt, 5000);
    const decided = apps.decided();
    // each comes back once, is refused, and asks again after five minutes at the earliest
    await pause(stage.scale.isTimed ? 60_000 : 1500);
    stage.figures.connectsPerApplication = door.connectsAt.length / count;
    stage.expect(door.connectsAt.length <= count, `${count} applications connected ${door.connectsAt.length} times`);
    stage.expect(apps.decided() > decided, 'the applications do not decide any more');
    await apps.stop();
    await door.close();
  },
};

function bytesOf(key: string): string {
  return `'\\x${createHash('sha256').update(key).digest('hex')}'::bytea`;
}

function addKey(key: string): string {
  return `insert into burgee.api_key (environment_id, kind, name, key_hash, key_prefix)
    select id, 'server', 'of the applications', ${bytesOf(key)}, '${key.slice(-28, -20)}' from burgee.environment`;
}

export const streamFaults: readonly Fault[] = [silent, halfOpen, nudges, middlebox, revoked];
