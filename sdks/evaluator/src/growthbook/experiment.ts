import { isRecord } from '../parse-json.ts';
import type { Json } from '../ruleset.ts';
import type { Answer, Asked } from './answers.ts';
import { ID, identify, noteRead } from './attributes.ts';
import { compileArms, type Leaf } from './bandit.ts';
import { compileCondition } from './condition.ts';
import { EXTRAS, type Extras, extrasOf, forcedVariation } from './extras.ts';
import { compileFilters, compileNamespace, compileParents, type Gate, type Parent } from './gates.ts';
import { compileHash } from './hash.ts';
import { rangeOf } from './ranges.ts';
import type { FeatureScope } from './scope.ts';
import { shapeOf } from './shape.ts';
import { stickyVariation } from './sticky.ts';

/** How a variation came about. */
export interface Choice {
  readonly variation: number;
  readonly how: 'forced' | 'hashed' | 'sticky';
  /** Of which attribute the hash was; undefined: no hash was used. */
  readonly hashAttribute: string | undefined;
  readonly leaf: Leaf | undefined;
}

/** An experiment as a rule or by itself. */
export interface ExperimentSource {
  readonly definition: Record<string, unknown>;
  readonly key: string;
  readonly variations: readonly Json[];
  readonly path: string;
  /** The experiment stands alone, and has a status, groups, prerequisites and a forced variation of its own. */
  readonly isAlone: boolean;
}

/**
 * The steps of an experiment in GrowthBook's order.
 *
 * @param serve  gives the answer for a choice; asked again for the same choice, it gives the same
 * @returns      undefined for whoever is not in the experiment
 */
export function compileExperiment(
  source: ExperimentSource,
  scope: FeatureScope,
  serve: (choice: Choice) => Answer | undefined,
): (asked: Asked) => Answer | undefined {
  const { definition, key, variations, path, isAlone } = source;
  const count = variations.length;
  const shape = shapeOf(definition, path, scope.report);
  const find = compileFind(source, scope);
  const assign = compileAssign(source, scope);
  const forced = isAlone ? shape.number('force') : undefined;
  const isInactive = isAlone && (definition.status === 'draft' || definition.active === false);
  const isStopped = isAlone && definition.status === 'stopped';
  return (asked) => {
    const skip = (why: string) => void asked.note?.(why);
    if (count < 2) return skip('the experiment has fewer than two variations');
    const extras = extrasOf(asked.context);
    if (!extras.enabled) return skip('experiments are off in this context');
    const demanded = forcedVariation(extras, key, count);
    if (demanded !== undefined) return serveForced(demanded);
    if (isInactive) return skip('the experiment is not active');
    const found = find(asked, extras);
    if (typeof found === 'string') return skip(found);
    const choice = assign(asked, found, extras);
    if (typeof choice === 'string') return skip(choice);
    if (forced !== undefined) return serveForced(forced);
    if (extras.qaMode) return skip('the context is in QA mode');
    if (isStopped) return skip('the experiment is stopped');
    asked.note?.(`experiment ${key} gives variation ${choice.variation}`);
    return serve(choice);

    function serveForced(variation: number): Answer | undefined {
      if (variation < 0 || variation >= count) return skip(`variation ${variation} is forced, and there is none`);
      asked.note?.(`variation ${variation} of experiment ${key} is forced`);
      return serve({ variation, how: 'forced', hashAttribute: undefined, leaf: undefined });
    }
  };
}

/** Who is asked about: the value that is hashed, and by which attribute. */
interface Found {
  readonly attribute: string;
  readonly value: unknown;
}

/** The hash attribute; the fallback only where sticky buckets are in use. */
function compileFind(
  { definition, path }: ExperimentSource,
  scope: FeatureScope,
): (asked: Asked, extras: Extras) => Found | string {
  const shape = shapeOf(definition, path, scope.report);
  const { strict, reads } = scope.condition;
  const attribute = shape.text('hashAttribute') || ID;
  const fallback = definition.disableStickyBucketing ? undefined : shape.text('fallbackAttribute') || undefined;
  for (const name of [attribute, EXTRAS]) noteRead(name, reads);
  if (fallback !== undefined) noteRead(fallback, reads);
  return ({ context }, { sticky }) => {
    const value = identify(context, attribute, strict);
    if (value !== undefined) return { attribute, value };
    const other = sticky !== undefined && fallback !== undefined ? identify(context, fallback, strict) : undefined;
    return other === undefined ? `attribute ${attribute} is missing` : { attribute: fallback as string, value: other };
  };
}

/** From whom to which variation: a sticky bucket, else the gates and the hash. */
function compileAssign(
  source: ExperimentSource,
  scope: FeatureScope,
): (asked: Asked, found: Found, extras: Extras) => Choice | string {
  const { definition, key, path } = source;
  const shape = shapeOf(definition, path, scope.report);
  const hash = compileHash(shape.text('seed') || key, shape.number('hashVersion') || 1);
  const sticky = compileSticky(source, scope);
  const gate = compileGates(source, scope);
  const armsOf = compileArms(planOf(source, scope), definition.contextualBanditRef, scope);
  return (asked, { attribute, value }, extras) => {
    const arms = armsOf(asked);
    const assigned = sticky(asked, extras);
    const isSticky = assigned !== 'blocked' && assigned >= 0;
    const why = isSticky ? undefined : gate(asked, String(value), extras);
    if (why !== undefined) return why;
    if (hash === undefined) return 'its hash version is unknown';
    if (assigned === 'blocked') return 'the sticky bucket is of a version that is blocked';
    const { leaf } = arms;
    if (assigned >= source.variations.length) return 'the sticky bucket has no variation';
    if (isSticky) return { variation: assigned, how: 'sticky', hashAttribute: attribute, leaf };
    const bucket = hash(String(value));
    const variation = rangeOf(bucket, arms.ranges);
    if (variation >= 0 && variation < source.variations.length) {
      asked.note?.(`bucket ${bucket} of attribute ${attribute}`);
      return { variation, how: 'hashed', hashAttribute: attribute, leaf };
    }
    return `bucket ${bucket} of attribute ${attribute} is in no variation's range`;
  };
}

function planOf({ definition, path, variations }: ExperimentSource, scope: FeatureScope) {
  const shape = shapeOf(definition, path, scope.report);
  const { strict } = scope.condition;
  const weights = shape.list('weights');
  if (weights?.some((weight) => typeof weight !== 'number')) shape.report('weights', 'expected numbers');
  const ranges = shape.ranges('ranges');
  return {
    count: variations.length,
    coverage: shape.number('coverage') ?? (!strict && definition.coverage === null ? 0 : 1),
    weights: weights as readonly number[] | undefined,
    // an empty list beats weights in spec 0.8 only
    ranges: strict && ranges?.length === 0 ? undefined : ranges,
  };
}

function compileSticky(
  { definition, key, path }: ExperimentSource,
  scope: FeatureScope,
): (asked: Asked, extras: Extras) => number | 'blocked' {
  const shape = shapeOf(definition, path, scope.report);
  if (definition.disableStickyBucketing) return () => -1;
  const bucket = {
    experiment: key,
    bucketVersion: shape.number('bucketVersion') ?? 0,
    minBucketVersion: shape.number('minBucketVersion') ?? 0,
    hashAttribute: shape.text('hashAttribute') || ID,
    fallbackAttribute: shape.text('fallbackAttribute') || undefined,
    keys: (shape.list('meta') ?? []).map((one) => (isRecord(one) ? one.key : undefined)),
    strict: scope.condition.strict,
  };
  return ({ context }, { sticky }) => (sticky === undefined ? -1 : stickyVariation(bucket, context, sticky));
}

/** What whoever has a sticky bucket need not pass. */
function compileGates(
  source: ExperimentSource,
  scope: FeatureScope,
): (asked: Asked, value: string, extras: Extras) => string | undefined {
  const { definition, path, isAlone } = source;
  const shape = shapeOf(definition, path, scope.report);
  const filters = shape.list('filters');
  const hasFilters = filters !== undefined && (filters.length > 0 || !scope.condition.strict);
  const inFilters: Gate = compileFilters(filters, `${path}.filters`, scope);
  const namespace = shape.list('namespace');
  const inNamespace = namespace === undefined ? () => true : compileNamespace(namespace, `${path}.namespace`, scope);
  const matches = compileCondition(definition.condition, scope.condition);
  const parents = isAlone ? compileParents(shape.list('parentConditions'), `${path}.parentConditions`, scope) : [];
  const groups = isAlone ? shape.list('groups') : undefined;
  return (asked, value, extras) => {
    if (hasFilters) {
      const why = inFilters(asked);
      if (why !== undefined) return why;
    } else if (!inNamespace(value)) return 'outside its namespace';
    if (!matches(asked.context)) return 'its condition does not match';
    const unmet = parents.find((parent) => !isMet(parent, asked, scope));
    if (unmet !== undefined) return `the prerequisite ${unmet.key} is not met`;
    const isOut = groups !== undefined && !groups.some((group) => extras.groups[String(group)]);
    return isOut && (groups.length > 0 || !scope.condition.strict) ? 'in none of its groups' : undefined;
  };
}

function isMet({ key, holds }: Parent, asked: Asked, { askParent }: FeatureScope): boolean {
  const { source, value } = askParent(key, asked);
  return source !== 'cyclicPrerequisite' && holds({ value });
}
