import type { EvaluationMetadata } from '../evaluation.ts';
import { isRecord } from '../parse-json.ts';
import type { Json } from '../ruleset.ts';
import type { Answer, Asked } from './answers.ts';
import { compileCondition } from './condition.ts';
import { type Choice, compileExperiment, type ExperimentSource } from './experiment.ts';
import { compileFilters, compileParents, compileShare } from './gates.ts';
import type { CompiledRule, FeatureScope } from './scope.ts';
import { shapeOf } from './shape.ts';

type RuleDefinition = Readonly<Record<string, unknown>>;

/** One rule of a feature: its prerequisites, its filters, then what it serves. */
export function compileRule(rule: RuleDefinition, index: number, scope: FeatureScope): CompiledRule {
  const path = `rules[${index}]`;
  const shape = shapeOf(rule, path, scope.report);
  const parents = compileParents(shape.list('parentConditions'), `${path}.parentConditions`, scope);
  const inFilters = compileFilters(shape.list('filters'), `${path}.filters`, scope);
  const serve = compileServe(rule, path, scope);
  const name = ruleIdOf(rule) === undefined ? `rule ${index + 1}` : `rule ${index + 1} (${ruleIdOf(rule)})`;
  const cyclic = scope.answers.answer(null, { source: 'cyclicPrerequisite', reason: 'TARGETING_MATCH' });
  const unmet = parents.map(({ key }) =>
    scope.answers.answer(null, {
      source: 'prerequisite',
      reason: 'TARGETING_MATCH',
      metadata: { prerequisite: key },
    }),
  );
  return (asked) => {
    for (const [i, { key, gate, holds }] of parents.entries()) {
      const { source, value } = scope.askParent(key, asked);
      if (source === 'cyclicPrerequisite') return noted(asked, `${name}: prerequisite ${key} is in a cycle`, cyclic);
      if (holds({ value })) continue;
      const ends = gate ? 'and ends the decision' : 'and the rule is skipped';
      return noted(asked, `${name}: prerequisite ${key} is not met, ${ends}`, gate ? unmet[i] : undefined);
    }
    const why = inFilters(asked);
    if (why !== undefined) return noted(asked, `${name} is skipped: ${why}`, undefined);
    const note = asked.note;
    return serve(note === undefined ? asked : { ...asked, note: (text) => note(`${name}: ${text}`) });
  };
}

function noted(asked: Asked, text: string, answer: Answer | undefined): Answer | undefined {
  asked.note?.(text);
  return answer;
}

function ruleIdOf({ id }: RuleDefinition): string | undefined {
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function compileServe(rule: RuleDefinition, path: string, scope: FeatureScope): CompiledRule {
  if (Object.hasOwn(rule, 'force')) return compileForce(rule, path, scope);
  const shape = shapeOf(rule, path, scope.report);
  const field =
    rule.contextualVariations === undefined || rule.contextualVariations === null
      ? 'variations'
      : 'contextualVariations';
  const variations = shape.list(field);
  if (variations === undefined) return (asked) => noted(asked, 'skipped: it serves nothing', undefined);
  const key = shape.text('key') || scope.key;
  const source = { definition: rule, key, variations: variations as Json[], path, isAlone: false };
  return compileExperiment(source, scope, compileChoices(source, field, scope));
}

function compileForce(rule: RuleDefinition, path: string, scope: FeatureScope): CompiledRule {
  const value = rule.force as Json;
  scope.answers.check(value, `${path}.force`);
  const matches = compileCondition(rule.condition, scope.condition);
  const share = compileShare(rule, path, scope);
  const answer = scope.answers.answer(value, {
    source: 'force',
    reason: share === undefined ? 'TARGETING_MATCH' : 'SPLIT',
    ruleId: ruleIdOf(rule),
  });
  return (asked) => {
    if (!matches(asked.context)) return noted(asked, 'skipped: its condition does not match', undefined);
    const why = share?.(asked);
    if (why !== undefined) return noted(asked, `skipped: ${why}`, undefined);
    return noted(asked, 'forces its value', answer);
  };
}

/** The answers of an experiment, made when first needed; a variation that passes through has none. */
export function compileChoices(
  { definition, key, variations, path, isAlone }: ExperimentSource,
  field: string,
  scope: FeatureScope,
): (choice: Choice) => Answer | undefined {
  const { text, number, list } = shapeOf(definition, path, scope.report);
  const at = path === '' ? field : `${path}.${field}`;
  for (const [i, value] of variations.entries()) scope.answers.check(value, `${at}[${i}]`);
  const meta = (list('meta') ?? []).map((one) => (isRecord(one) ? one : {}));
  const [experimentName, bucketVersion] = [text('name'), number('bucketVersion')];
  const common = { experimentKey: key, experimentName, phase: definition.phase, bucketVersion };
  /** By hash attribute, then by what else tells choices apart; null: passes through. */
  const made = new Map<string | undefined, (Answer | null)[]>();
  return (choice) => {
    const { variation, how, hashAttribute, leaf } = choice;
    const known = made.get(hashAttribute) ?? [];
    const id =
      variation + variations.length * (WAYS.indexOf(how) + WAYS.length * (leaf === undefined ? 0 : leaf.index + 1));
    const before = known[id];
    if (before !== undefined) return before ?? undefined;
    const { passthrough, key: variationKey, name: variationName } = meta[variation] ?? {};
    const answer = scope.answers.answer(variations[variation], {
      source: 'experiment',
      reason: how === 'forced' ? 'TARGETING_MATCH' : 'SPLIT',
      ruleId: isAlone ? undefined : ruleIdOf(definition),
      metadata: scalars({
        ...{ ...common, variationId: variation, variationKey: variationKey || String(variation), variationName },
        ...detailsOf(choice),
      }),
    });
    known[id] = passthrough && !isAlone ? null : answer;
    made.set(hashAttribute, known);
    return known[id] ?? undefined;
  };
}

const WAYS: readonly Choice['how'][] = ['forced', 'hashed', 'sticky'];

function detailsOf({ how, hashAttribute, leaf }: Choice): Record<string, unknown> {
  return {
    inExperiment: true,
    hashUsed: how !== 'forced',
    hashAttribute,
    ...(how === 'sticky' && { stickyBucketUsed: true }),
    ...(leaf !== undefined && {
      leafId: leaf.id,
      variationWeights: JSON.stringify(leaf.weights),
      banditVersion: leaf.banditVersion,
    }),
  };
}

/** Metadata holds nothing but scalars, and no empty text. */
function scalars(fields: Record<string, unknown>): EvaluationMetadata {
  const entries = Object.entries(fields).filter(
    ([, value]) => ['string', 'number', 'boolean'].includes(typeof value) && value !== '',
  );
  return Object.fromEntries(entries) as EvaluationMetadata;
}
