import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { KeyStore } from '../access/key.store.ts';
import type { KeySource } from '../access/key-source.ts';
import { readConfig } from '../config.ts';
import { apiEnvironment } from '../main.support.ts';
import { RulesetListener } from './ruleset.listener.ts';
import { RulesetStore } from './ruleset.store.ts';
import { SnapshotFiles } from './snapshot.store.ts';
import type { Listener, RulesetSource } from './source.ts';

/** A source of one environment in memory, which counts what is asked of it. */
class MemorySource implements RulesetSource, KeySource {
  version = '1.a';
  comparisons = 0;
  listenings = 0;
  #listener: Listener | undefined;

  async readRuleset(_: string, held: string | undefined) {
    const { version } = this;
    if (version === held) return 'unchanged' as const;
    return { raw: { environment: 'e', version, flags: {}, segments: {} }, auditHead: null, auditEntry: '0' };
  }

  async readVersions() {
    this.comparisons += 1;
    return new Map([['e', this.version]]);
  }

  readFormerForms = async () => new Map();
  readKeys = async () => [];
  readKey = async () => undefined;
  writeLastUsed = async () => {};
  probe = async () => {};
  close = async () => {};

  async listen(listener: Listener): Promise<void> {
    this.#listener = listener;
    await this.listenAnew();
  }

  async listenAnew(): Promise<void> {
    this.listenings += 1;
    await this.#listener?.missed();
  }
}

let source: MemorySource;
let rulesets: RulesetStore;
let listener: RulesetListener;
beforeEach(async () => {
  vi.useFakeTimers();
  source = new MemorySource();
  const env = await apiEnvironment('postgres://nobody@127.0.0.1:1/none', { BURGEE_POLL_INTERVAL_MS: '10000' });
  const [config, logger] = [readConfig(env), pino({ level: 'silent' })];
  const keys = new KeyStore(source, Date.now, logger);
  const files = new SnapshotFiles(config, logger, Date.now);
  rulesets = new RulesetStore(source, keys, files, Date.now, logger, new Registry());
  listener = new RulesetListener(config, source, rulesets, keys, Date.now, logger);
  await listener.onModuleInit();
  await rulesets.open('e');
});
afterEach(async () => {
  await listener.onApplicationShutdown();
  vi.useRealTimers();
});

test('after this process stood still everything is compared, and what it listened on is taken for lost', async () => {
  await vi.advanceTimersByTimeAsync(3000);
  expect(source.listenings).toBe(1);
  source.version = '2.b';
  vi.setSystemTime(Date.now() + 60_000);
  await vi.advanceTimersByTimeAsync(1000);
  expect(source.listenings).toBe(2);
  expect(rulesets.current('e')?.version).toBe('2.b');
});

test('a clock that goes on evenly is no reason to compare before the poll', async () => {
  const before = source.comparisons;
  await vi.advanceTimersByTimeAsync(9500);
  expect([source.comparisons - before, source.listenings]).toEqual([0, 1]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(source.comparisons - before).toBe(1);
});

test('a version with a lower count is taken over, and so is one with the same count and another token', async () => {
  for (const version of ['7.c', '3.d', '3.e']) {
    source.version = version;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(rulesets.current('e')?.version).toBe(version);
  }
});
