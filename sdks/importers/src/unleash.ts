import { type Problem, parseFlag, parseSegment, type Requirement, type SemanticsName } from '@burgee/evaluator';
import type { Finding, Imported, ImportedFlag, ImportedSegment, Importer, ImportInput } from './imported.ts';
import { type Companion, companionKey, companionOf } from './unleash/companion.ts';
import { conditionOf } from './unleash/constraint.ts';
import { contextsFor } from './unleash/contexts.ts';
import { askedForNone, requirementsOf } from './unleash/dependencies.ts';
import { readSource, type Source } from './unleash/document.ts';
import { companionFlag, featureFlag, isLong } from './unleash/flags.ts';
import type { Feature, SegmentSource } from './unleash/model.ts';
import type { Plan, Scope } from './unleash/plan.ts';
import { segmentKey } from './unleash/plan.ts';
import { planFeature } from './unleash/plan-feature.ts';

/** Unleash: the document of its clients, that in its delta form, and what its server exports. */
export const unleash: Importer = {
  format: 'unleash',
  references: ['unleash', 'unleash-node'],
  read,
  contexts: (input, count, seed) => contextsFor(read(input), count, seed),
};

function read(input: ImportInput): Imported {
  const reference = input.reference ?? 'unleash';
  const source = readSource(input);
  const segments = readSegments(source, reference);
  const features = readFeatures(source, segments, reference);
  return {
    format: 'unleash',
    reference,
    flags: features.flags,
    segments: segments.made,
    refused: source.refused,
    warnings: source.warnings,
  };
}

interface Segments {
  readonly made: ImportedSegment[];
  readonly sources: ReadonlyMap<number, SegmentSource>;
  /** Why features that use a segment are off, or can not be carried over. */
  readonly killed: Map<number, string>;
  readonly refused: Map<number, string>;
}

function readSegments({ segments, refused, warnings }: Source, reference: SemanticsName): Segments {
  const result: Segments = { made: [], sources: segments, killed: new Map(), refused: new Map() };
  for (const source of segments.values()) {
    const { id, name, description, path, constraints } = source;
    const key = segmentKey(id);
    const refuse = (at: string, message: string) => {
      refused.push({ key, path: at, message });
      result.refused.set(id, message);
    };
    if (constraints === undefined) {
      result.refused.set(id, 'the file does not hold what it asks; take the document of the clients');
      continue;
    }
    const findings = {
      isNode: reference === 'unleash-node',
      refuse,
      warn: (at: string, message: string) => warnings.push({ key, path: at, message }),
      kill: (at: string, message: string) => result.killed.set(id, `${at}: ${message}`),
    };
    const conditions = constraints.map((constraint) => conditionOf(constraint, findings));
    const segment = { key, semantics: reference, if: conditions };
    const parsed = parseSegment(segment);
    if (!parsed.ok) for (const problem of parsed.problems) refuse(path, sentence(problem));
    if (!result.refused.has(id)) result.made.push({ segment, name: name === '' ? key : name, description });
  }
  return result;
}

interface Draft {
  readonly feature: Feature;
  readonly scope: Scope;
  readonly plan: Plan;
  readonly companion: Companion | undefined;
  readonly faults: Finding[];
  /** Why the feature is off for everyone, whatever its strategies say. */
  readonly dead: string[];
}

function readFeatures(source: Source, segments: Segments, reference: SemanticsName): { flags: ImportedFlag[] } {
  const { features, warnings, refused } = source;
  const isNode = reference === 'unleash-node';
  const wanted = askedForNone(features, isNode);
  const names = new Map(features.map((feature) => [feature.name, feature]));
  const drafts = new Map(
    features.map((feature) => {
      const draft = draftOf({ feature, segments, reference, warnings }, wanted.has(feature.name));
      if (draft.companion !== undefined && names.has(companionKey(feature.name))) {
        draft.faults.push({ key: feature.name, path: feature.path, message: `${companionKey(feature.name)} is taken` });
      }
      return [feature.name, draft];
    }),
  );
  const flags: ImportedFlag[] = [];
  // Parents come first: whoever depends on a refused feature is refused as well.
  for (const draft of [...drafts.values()].sort((a, b) => rank(a) - rank(b))) {
    const requires = requirementsOf(draft.scope, {
      feature: (name) => names.get(name),
      isRefused: (name) =>
        (drafts.get(name)?.faults.length ?? 0) > 0 || refused.some(({ key }) => key === name && !names.has(name)),
      companion: (name) => drafts.get(name)?.companion,
    });
    const made = flagsOf(draft, requires, reference);
    if (draft.faults.length === 0) flags.push(...made);
    refused.push(...draft.faults);
  }
  return { flags };
}

function rank({ feature }: Draft): number {
  return feature.dependencies.length === 0 ? 0 : 1;
}

interface Ground {
  readonly feature: Feature;
  readonly segments: Segments;
  readonly reference: SemanticsName;
  readonly warnings: Finding[];
}

function draftOf({ feature, segments, reference, warnings }: Ground, needsWithout: boolean): Draft {
  const key = feature.name;
  const faults: Finding[] = [];
  const dead: string[] = [];
  const warn = (path: string, message: string) => warnings.push({ key, path, message });
  const scope: Scope = {
    reference,
    isNode: reference === 'unleash-node',
    feature,
    segments: segments.sources,
    refuse: (path, message) => faults.push({ key, path, message }),
    warn,
    kill: (path, message) => {
      dead.push(message);
      warn(path, `${message}: Unleash’s core leaves the whole feature off for everyone`);
    },
  };
  for (const { path, segments: ids } of feature.strategies ?? []) {
    for (const [i, id] of ids.entries()) {
      const refusal = segments.refused.get(id);
      const killing = segments.killed.get(id);
      if (refusal !== undefined) scope.refuse(`${path}.segments[${i}]`, `segment ${id}: ${refusal}`);
      else if (killing !== undefined) scope.kill(`${path}.segments[${i}]`, `segment ${id}: ${killing}`);
    }
  }
  const plan = planFeature(scope);
  return { feature, scope, plan, companion: companionOf(plan, needsWithout), faults, dead };
}

function flagsOf(draft: Draft, requires: readonly Requirement[] | undefined, reference: SemanticsName): ImportedFlag[] {
  const { feature, companion, faults, dead } = draft;
  const isDead = dead.length > 0 || requires === undefined;
  const plan = isDead ? shut(draft.plan, dead[0] ?? 'depends on what can not be') : draft.plan;
  const drawn = { feature, plan, requires: isDead ? [] : requires, reference };
  const flags = [featureFlag(drawn), ...(companion === undefined ? [] : [companionFlag(drawn, companion)])];
  for (const flag of flags) {
    const parsed = parseFlag(flag);
    if (parsed.ok) continue;
    for (const problem of parsed.problems)
      faults.push({ key: flag.key, path: feature.path, message: sentence(problem) });
  }
  for (const { payload, path } of feature.variants) {
    if (payload !== undefined && isLong(payload)) {
      draft.scope.warn(`${path}.payload`, `over 1,024 bytes: only ${companionKey(feature.name)} serves it`);
    }
  }
  const { description, tags } = feature;
  return flags.map((flag) => ({ flag, kind: kindOf(feature.type), description, tags }));
}

/** A rule before all others that leaves the flag off, so that what it was can be seen and mended. */
function shut(plan: Plan, why: string): Plan {
  const rule = { id: 'never', name: why.slice(0, 64), if: [], rollout: undefined, choice: 'off' } as const;
  return { rules: [rule, ...plan.rules], default: plan.default };
}

function kindOf(type: string): ImportedFlag['kind'] {
  if (type === 'experiment' || type === 'permission' || type === 'operational') return type;
  return type === 'kill-switch' ? 'operational' : 'release';
}

function sentence({ path, message }: Problem): string {
  return path === '' ? message : `${path}: ${message}`;
}
