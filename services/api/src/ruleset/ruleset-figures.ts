import { Counter, Gauge, type Registry } from 'prom-client';
import type { Snapshot } from './snapshot.ts';

/** What the figures are taken from, when somebody asks for them. */
export interface Observed {
  snapshots(): Iterable<Snapshot>;
  /** Milliseconds. */
  lastSyncAgeMs(): number | null;
  /** Since the version of an environment was last compared; milliseconds. */
  ageMs(environmentId: string): number | null;
}

export interface RulesetCounters {
  readonly readings: Counter;
  readonly failures: Counter;
}

/** Puts the figures of the ruleset room into the registry. */
export function describeRulesets(metrics: Registry, observed: Observed): RulesetCounters {
  const registers = [metrics];
  new Gauge({
    name: 'burgee_last_sync_age_seconds',
    help: 'Since versions were last compared with their source.',
    registers,
    collect() {
      this.set(seconds(observed.lastSyncAgeMs()));
    },
  });
  const perEnvironment = (name: string, help: string, figure: (snapshot: Snapshot) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['environment'],
      registers,
      collect() {
        this.reset();
        const figures = new Map<string, number>();
        // environments of two projects may have one key: the larger figure counts
        for (const snapshot of observed.snapshots()) {
          const { environment } = snapshot.ruleset;
          figures.set(environment, Math.max(figure(snapshot), figures.get(environment) ?? 0));
        }
        for (const [environment, value] of figures) this.set({ environment }, value);
      },
    });
  perEnvironment('burgee_ruleset_version', 'The count in the version that is served.', ({ version }) =>
    parseInt(version, 10),
  );
  perEnvironment(
    'burgee_ruleset_age_seconds',
    'Since it was last known that the served version is the newest.',
    (snapshot) => seconds(observed.ageMs(snapshot.environmentId)),
  );
  perEnvironment(
    'burgee_flag_problems',
    'Flags whose newest stored form does not compile.',
    ({ problems }) => problems.size,
  );
  return {
    readings: new Counter({ name: 'burgee_ruleset_readings_total', help: 'Rulesets that were asked for.', registers }),
    failures: new Counter({
      name: 'burgee_ruleset_load_failures_total',
      help: 'Rulesets that could not be read or were refused; the last good one was kept.',
      registers,
    }),
  };
}

function seconds(ms: number | null): number {
  return ms === null ? Number.NaN : ms / 1000;
}
