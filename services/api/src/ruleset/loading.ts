import { assemble, type RawRuleset } from './assemble.ts';
import { compileOptions } from './compile-options.ts';
import type { SavedSnapshot } from './snapshot.store.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import type { RulesetSource } from './source.ts';

/**
 * Reads an environment and makes of it what can be served: a flag whose newest form does not compile in its newest form
 * that does. Undefined: there is no such environment.
 *
 * @throws RefusedRuleset when it cannot be served as a whole
 */
export async function load(
  source: RulesetSource,
  environmentId: string,
  heldVersion: string | undefined,
): Promise<Snapshot | 'unchanged' | undefined> {
  const stored = await source.readRuleset(environmentId, heldVersion);
  if (stored === undefined || stored === 'unchanged') return stored;
  const { raw, auditHead, auditEntry } = stored;
  let assembled = assemble(raw, new Map(), compileOptions);
  if (assembled.problems.size > 0) {
    const former = await source.readFormerForms(environmentId, [...assembled.problems.keys()], auditEntry);
    if (former.size > 0) assembled = assemble(raw, former, compileOptions);
  }
  return snapshotOf(environmentId, { assembled, auditHead, source: 'live' });
}

/** What was saved, as it is served: earlier forms were put in before. */
export function recall({ environmentId, ruleset, auditHead }: SavedSnapshot): Snapshot {
  const assembled = assemble(ruleset as RawRuleset, new Map(), compileOptions);
  return snapshotOf(environmentId, { assembled, auditHead, source: 'disk' });
}
