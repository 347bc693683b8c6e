import { type Evaluation, type Fault, failed } from '../evaluation.ts';
import { isRecord, typeName } from '../parse-json.ts';
import type { Flag, Json } from '../ruleset.ts';
import type { Decider, SemanticsTools } from '../semantics.ts';
import { type Answer, type Asked, answersOf, type Path } from './answers.ts';
import { compileExperiment } from './experiment.ts';
import { compileChoices, compileRule } from './rule.ts';
import type { AskParent, CompiledRule, FeatureScope } from './scope.ts';
import { type Report, records, shapeOf } from './shape.ts';
import { Stopped, TOO_MANY_PARENTS } from './stopped.ts';

const DEPTH_LIMIT = 100;
const PARENTS_LIMIT = 1000;
const UNFOLDINGS_LIMIT = 1000;

/** A feature ready to decide. */
export interface CompiledFeature {
  readonly flag: Flag;
  readonly isBroken: () => boolean;
  readonly decide: (asked: Asked) => Answer;
}

/** What a feature borrows to be compiled. */
export interface FeatureTools extends Pick<SemanticsTools, 'findings' | 'outcome' | 'decide'> {
  /** The features of one compilation, by key. */
  readonly features: Map<string, CompiledFeature>;
}

/** Makes the feature of a flag ready; faults go to the findings. */
export function compileFeature(flag: Flag, tools: FeatureTools, strict: boolean): CompiledFeature {
  const { problems } = tools.findings;
  const report: Report = (path, message) =>
    problems.push({ path: path === '' ? 'foreign' : `foreign.${path}`, message });
  const feature = isRecord(flag.foreign) ? flag.foreign : undefined;
  if (feature === undefined) report('', `expected object, got ${typeName(flag.foreign)}`);
  const compiled = {
    flag,
    isBroken: () => problems.length > 0,
    decide: compileDecision(feature ?? {}, flag, tools, { strict, report }),
  };
  tools.features.set(flag.key, compiled);
  return compiled;
}

/** The feature's own door: decides, and tells a decision that can not go on as an error. */
export function deciderOf({ flag: { key }, decide }: CompiledFeature): Decider {
  const path: Path = { key, below: undefined, depth: 1 };
  const faults = new Map<Fault, Evaluation>();
  return (context, now) => {
    try {
      return begin(() => decide({ context, now, path, note: undefined })).evaluation;
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      const known = faults.get(error.fault) ?? failed(key, error.fault);
      faults.set(error.fault, known);
      return known;
    }
  };
}

/** Runs a decision; the first of those that ask for each other starts the count of all that they ask. */
export function begin<Result>(decide: () => Result): Result {
  if (nested === 0) parentsAsked = 0;
  nested++;
  try {
    return decide();
  } finally {
    nested--;
  }
}

/** Decisions that are under way because others asked for them, and how many were asked for since the first began. */
let nested = 0;
let parentsAsked = 0;

interface Spec {
  readonly strict: boolean;
  readonly report: Report;
}

function compileDecision(
  feature: Record<string, unknown>,
  flag: Flag,
  tools: FeatureTools,
  { strict, report }: Spec,
): (asked: Asked) => Answer {
  const shape = shapeOf(feature, '', report);
  const recordOf = (field: string) => (isRecord(feature[field]) ? (feature[field] as Record<string, unknown>) : {});
  const texts = recordOf('texts');
  const scope: FeatureScope = {
    key: flag.key,
    report,
    bandits: recordOf('contextualBandits'),
    answers: answersOf(flag, tools, texts, report),
    askParent: parentAsker(tools),
    condition: {
      strict,
      texts,
      groups: recordOf('savedGroups'),
      inside: [],
      isContext: true,
      reads: tools.findings.reads,
      refuse: (message) => report('', message),
      unfoldings: { left: UNFOLDINGS_LIMIT },
    },
  };
  if (isRecord(feature.experiment)) return compileAlone(feature.experiment, scope);
  const rules = records(shape.list('rules'), 'rules', report).map((rule, i) => compileRule(rule, i, scope));
  return compileRules(rules, feature.defaultValue as Json | undefined, scope);
}

function compileRules(
  rules: readonly CompiledRule[],
  defaultValue: Json | undefined,
  { answers }: FeatureScope,
): (asked: Asked) => Answer {
  answers.check(defaultValue, 'defaultValue');
  const reason = rules.length === 0 ? 'STATIC' : 'DEFAULT';
  const answer = answers.answer(defaultValue, { source: 'defaultValue', reason });
  return (asked) => {
    for (const rule of rules) {
      const served = rule(asked);
      if (served !== undefined) return served;
    }
    asked.note?.('no rule counts: the default value');
    return answer;
  };
}

/** A single experiment: whoever is not in it has the first variation. */
function compileAlone(definition: Record<string, unknown>, scope: FeatureScope): (asked: Asked) => Answer {
  const shape = shapeOf(definition, 'experiment', scope.report);
  const variations = (shape.list('variations') ?? []) as Json[];
  for (const field of ['url', 'urlPatterns', 'include']) {
    if (definition[field]) shape.report(field, 'only a page can tell, so it is not decided here');
  }
  const key = shape.text('key') || scope.key;
  const source = { definition, key, variations, path: 'experiment', isAlone: true };
  const run = compileExperiment(source, scope, compileChoices(source, 'variations', scope));
  const out = scope.answers.answer(variations[0], {
    source: 'experiment',
    reason: 'DEFAULT',
    metadata: {
      experimentKey: key,
      variationId: 0,
      variationKey: firstKey(definition),
      inExperiment: false,
      hashUsed: false,
    },
  });
  return (asked) => run(asked) ?? out;
}

function firstKey({ meta }: Record<string, unknown>): string {
  const first: unknown = Array.isArray(meta) ? meta[0] : undefined;
  return isRecord(first) && typeof first.key === 'string' && first.key !== '' ? first.key : '0';
}

/** Features of the same semantics know of cycles through each other; any other flag is asked at its own door. */
function parentAsker({ features, decide }: FeatureTools): AskParent {
  let isAway = false;
  return (key, asked) => {
    if (isOnPath(key, asked.path)) return CYCLE;
    if (++parentsAsked > PARENTS_LIMIT || asked.path.depth >= DEPTH_LIMIT) throw TOO_MANY_PARENTS;
    const feature = features.get(key);
    if (feature?.flag.enabled === true) {
      if (feature.isBroken()) return NO_VALUE;
      return feature.decide({
        ...asked,
        note: undefined,
        path: { key, below: asked.path, depth: asked.path.depth + 1 },
      });
    }
    if (isAway) return CYCLE;
    isAway = true;
    try {
      return { value: decide(key, asked.context, asked.now)?.value ?? null, source: 'force' };
    } finally {
      isAway = false;
    }
  };
}

const CYCLE: Pick<Answer, 'value' | 'source'> = { value: null, source: 'cyclicPrerequisite' };
const NO_VALUE: Pick<Answer, 'value' | 'source'> = { value: null, source: 'defaultValue' };

function isOnPath(key: string, path: Path): boolean {
  for (let at: Path | undefined = path; at !== undefined; at = at.below) if (at.key === key) return true;
  return false;
}
