import type { SemanticsName } from '@burgee/evaluator';
import type { Finding, ImportedFlag } from '../imported.ts';
import { isObject, type Payload, parentsOf, rulesOf } from './document.ts';

/** What decides alike and is worth knowing: of the features taken over, and of the file. */
export function warningsOf(payload: Payload, flags: readonly ImportedFlag[], reference: SemanticsName): Finding[] {
  const edges = new Map(flags.map(({ flag }) => [flag.key, parentsOf(flag.foreign)]));
  return [
    ...payload.pageExperiments.map(pageWarning),
    ...flags.flatMap(({ flag: { key, foreign } }) => [
      ...missingParents(key, edges).map((parent) =>
        warning(key, `asks for feature ${parent}, which is not in the file: it has no value`),
      ),
      ...(isOnCycle(key, edges)
        ? [warning(key, 'its prerequisites go in a cycle: it has no value where they are asked')]
        : []),
      ...(usesSticky(foreign)
        ? [
            warning(
              key,
              'sticky buckets count only where a context brings them: $growthbook.stickyBucketAssignmentDocs',
            ),
          ]
        : []),
      ...(reference === 'growthbook-1' ? [] : nullForces(key, foreign)),
    ]),
  ];
}

function warning(key: string, message: string): Finding {
  return { key, path: `features.${key}`, message };
}

function pageWarning(experiment: unknown, index: number): Finding {
  const key = isObject(experiment) && typeof experiment.key === 'string' ? experiment.key : '';
  return {
    key,
    path: `experiments[${index}]`,
    message: 'an experiment that changes pages by itself is not carried over',
  };
}

function missingParents(key: string, edges: ReadonlyMap<string, readonly string[]>): string[] {
  return [...new Set(edges.get(key) ?? [])].filter((parent) => !edges.has(parent));
}

function isOnCycle(key: string, edges: ReadonlyMap<string, readonly string[]>): boolean {
  const seen = new Set<string>(edges.get(key) ?? []);
  for (const parent of seen) {
    if (parent === key) return true;
    for (const next of edges.get(parent) ?? []) seen.add(next);
  }
  return false;
}

function usesSticky(feature: unknown): boolean {
  return rulesOf(feature).some(
    ({ fallbackAttribute, minBucketVersion, bucketVersion }) => fallbackAttribute || minBucketVersion || bucketVersion,
  );
}

/** SDKs of one specification differ here. */
function nullForces(key: string, feature: unknown): Finding[] {
  const has = rulesOf(feature).some((rule) => Object.hasOwn(rule, 'force') && rule.force === null);
  return has
    ? [warning(key, 'a rule forces null: that ends the decision as in JavaScript and Go; Python goes on')]
    : [];
}
