import { type Flag, type Json, parseFlag, type Requirement, type Rule, type Serve } from '@burgee/evaluator';
import type { Converted } from '../imported.ts';
import { convertCondition, Unlike } from './convert-condition.ts';
import { type Conversion, variantOf } from './convert-source.ts';
import { convertSplit, percentOf } from './convert-split.ts';
import { isObject, type JsonObject, parentsOf } from './document.ts';

/**
 * Says a GrowthBook flag in Burgee's own terms: who is meant stays exact, but for types as the notes tell;
 * wherever a hash decides, users change sides, and the notes tell how many.
 */
export function convertGrowthbook(flag: Flag): Converted {
  const { semantics, foreign, ...common } = flag;
  if ((semantics !== 'growthbook-1' && semantics !== 'growthbook-2') || !isObject(foreign)) {
    return { ok: false, reasons: ['not a flag of GrowthBook'] };
  }
  const notes = new Set<string>();
  const conversion: Conversion = { flag, feature: foreign, note: (text) => notes.add(text) };
  try {
    const converted = { ...common, ...convertFeature(conversion) };
    const parsed = parseFlag(converted);
    if (parsed.ok) return { ok: true, flag: parsed.flag, notes: [...notes] };
    return { ok: false, reasons: parsed.problems.map(({ path, message }) => `${path}: ${message}`) };
  } catch (error) {
    if (error instanceof Unlike) return { ok: false, reasons: [error.message] };
    throw error;
  }
}

function convertFeature(conversion: Conversion): Pick<Flag, 'requires' | 'rules' | 'default'> {
  const { feature } = conversion;
  if (isObject(feature.experiment)) {
    const { variations } = feature.experiment;
    if (parentsOf(feature).length > 0) throw new Unlike('prerequisites of a single experiment');
    const rule = convertRule(feature.experiment, 'rule-1', conversion);
    return { rules: [rule], default: variantOf((variations as Json[])[0], conversion) };
  }
  const rules = Array.isArray(feature.rules) ? (feature.rules as JsonObject[]) : [];
  const requires = gatesOf(rules, conversion);
  return {
    ...(requires.length > 0 && { requires }),
    rules: rules.map((rule, i) => convertRule(rule, idOf(rule, i, rules), conversion)),
    default: variantOf(feature.defaultValue as Json | undefined, conversion),
  };
}

function idOf({ id }: JsonObject, index: number, rules: readonly JsonObject[]): string {
  const isFree = rules.every((rule, i) => i === index || rule.id !== id);
  return typeof id === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(id) && isFree ? id : `rule-${index + 1}`;
}

function convertRule(rule: JsonObject, id: string, conversion: Conversion): Rule {
  const { feature, flag, note } = conversion;
  for (const field of ['filters', 'namespace', 'contextualBanditRef', 'url', 'urlPatterns', 'groups']) {
    if (rule[field]) throw new Unlike(`${id}: ${field}`);
  }
  if (rule.fallbackAttribute || rule.minBucketVersion) note(`${id}: sticky buckets do not count any more`);
  const groups = isObject(feature.savedGroups) ? feature.savedGroups : {};
  const coerces = flag.semantics === 'growthbook-1';
  const conditions = convertCondition(rule.condition, { coerces, groups, inside: [], note });
  const requires = parentsIn(rule)
    .filter(({ gate }) => !gate)
    .map(requirementOf);
  const served = serveOf(rule, id, conversion);
  return { id, ...(conditions.length > 0 && { if: conditions }), ...(requires.length > 0 && { requires }), ...served };
}

function serveOf(
  rule: JsonObject,
  id: string,
  conversion: Conversion,
): { rollout?: Rule['rollout'] & {}; serve: Serve } {
  if (!Object.hasOwn(rule, 'force')) return convertSplit(rule, id, conversion);
  const serve = variantOf(rule.force as Json, conversion);
  const [start, end] = Array.isArray(rule.range) ? (rule.range as number[]) : [];
  const share = start !== undefined && end !== undefined ? end - start : rule.coverage;
  if (typeof share !== 'number') return { serve };
  return { rollout: percentOf(share, rule, id, conversion), serve };
}

interface Parent {
  readonly id: string;
  readonly gate: boolean;
  readonly condition: unknown;
}

function parentsIn({ parentConditions }: JsonObject): Parent[] {
  return Array.isArray(parentConditions) ? (parentConditions as Parent[]) : [];
}

/** A gate holds from its rule on, so only one before all rules is the whole flag's. */
function gatesOf(rules: readonly JsonObject[], { note }: Conversion): Requirement[] {
  const gates = rules.flatMap((rule, i) =>
    parentsIn(rule)
      .filter(({ gate }) => gate)
      .map((parent) => ({ parent, i })),
  );
  if (gates.some(({ i }) => i > 0)) throw new Unlike('a gate behind other rules');
  if (gates.length > 0) note('a prerequisite is met while its flag serves the variant on: the flag must be boolean');
  return gates.map(({ parent }) => ({ ...requirementOf(parent), else: null }));
}

/** Only a boolean's variants are known by name here. */
function requirementOf({ id, condition }: Parent): Requirement {
  const value = isObject(condition) && Object.keys(condition).length === 1 ? condition.value : undefined;
  const wanted = isObject(value) && Object.keys(value).length === 1 ? value.$eq : value;
  if (typeof wanted !== 'boolean') throw new Unlike(`prerequisite ${id}: only its being true or false can be asked`);
  return { flag: id, variants: [wanted ? 'on' : 'off'] };
}
