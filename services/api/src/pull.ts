import { setTimeout as pause } from 'node:timers/promises';
import { ConfigError, type Environment, readConfig } from './config.ts';
import { isUnavailable } from './errors.ts';
import { createApp } from './main.ts';
import { createLogger } from './platform.module.ts';
import { RulesetStore } from './ruleset/ruleset.store.ts';
import { RelayKeyRefused } from './upstream.ts';

/**
 * Saves what a relay with these settings would serve into its folder of snapshots, and ends.
 *
 * @returns the environments' keys
 * @throws ConfigError with every fault of the configuration
 * @throws UNAVAILABLE when the upstream does not give them all within half a minute
 */
export async function pullSnapshots(env: Environment): Promise<string[]> {
  const config = readConfig(env);
  if (config.snapshotDir === undefined) {
    throw new ConfigError(['BURGEE_SNAPSHOT_DIR is missing: name the folder that the snapshots go into.']);
  }
  const app = await createApp(config, createLogger(config.logLevel));
  try {
    await app.init();
    return await served(app.get(RulesetStore));
  } finally {
    await app.close();
  }
}

async function served(rulesets: RulesetStore): Promise<string[]> {
  for (const giveUpAt = Date.now() + answerWithinMs; ; await pause(retryMs)) {
    try {
      await rulesets.synchronise();
      return rulesets.snapshots().map(({ ruleset }) => ruleset.environment);
    } catch (error) {
      if (!isUnavailable(error) || error instanceof RelayKeyRefused || Date.now() > giveUpAt) throw error;
    }
  }
}

const answerWithinMs = 30_000;
const retryMs = 250;
