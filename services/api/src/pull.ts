import { ConfigError, type Environment, readConfig } from './config.ts';
import { createApp } from './main.ts';
import { createLogger } from './platform.module.ts';
import { RulesetStore } from './ruleset/ruleset.store.ts';
import { RULESET_SOURCE, type RulesetSource } from './ruleset/source.ts';

/**
 * Saves what a relay with these settings would serve into its folder of snapshots, and ends.
 *
 * @returns the environments' keys
 * @throws ConfigError with every fault of the configuration
 * @throws PROVIDER_NOT_READY when the upstream does not give them all
 */
export async function pullSnapshots(env: Environment): Promise<string[]> {
  const config = readConfig(env);
  if (config.snapshotDir === undefined) {
    throw new ConfigError(['BURGEE_SNAPSHOT_DIR is missing: name the folder that the snapshots go into.']);
  }
  const app = await createApp(config, createLogger(config.logLevel));
  try {
    await app.init();
    const rulesets = app.get(RulesetStore);
    const { own } = app.get<RulesetSource>(RULESET_SOURCE);
    const snapshots = await Promise.all(own.map((id) => rulesets.refresh(id).then(() => rulesets.open(id))));
    return snapshots.map(({ ruleset }) => ruleset.environment);
  } finally {
    await app.close();
  }
}
