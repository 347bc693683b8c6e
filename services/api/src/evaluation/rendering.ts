import type { ErrorCode, Evaluation, Flag, Json, Rule, Split } from '@burgee/evaluator';

/** Who will read an evaluation: a browser is told values and nothing about rules. */
export type Audience = 'client' | 'server';

/** What a rendering depends on beside the evaluation. */
export interface Rendering {
  readonly audience: Audience;
  /** Undefined: there is no such flag, or none for this audience. */
  readonly flag: Flag | undefined;
  /** The ruleset came from disk and the database was not reached since. */
  readonly isCached: boolean;
}

/** Writes an evaluation as an entry of OFREP; `variant` and `metadata` are always there (`""` where a value has no name), `value` is absent for the code's default. */
export function ofrepEntry(evaluation: Evaluation, rendering: Rendering): string {
  const { flagKey: key } = evaluation;
  const metadata = metadataOf(evaluation, rendering);
  if (evaluation.errorCode !== undefined) {
    const errorDetails = sentenceOf(evaluation, rendering.audience);
    return JSON.stringify({ key, errorCode: evaluation.errorCode, errorDetails, metadata });
  }
  const variant = evaluation.variant ?? '';
  return `{"key":${JSON.stringify(key)}${valueMember(evaluation, rendering)},"reason":"${reasonOf(evaluation, rendering)}","variant":${JSON.stringify(variant)},"metadata":${JSON.stringify(metadata)}}`;
}

/** Writes an evaluation as a member of `flags` in a decisions body: `"key":{…}`. */
export function decisionMember(evaluation: Evaluation, rendering: Rendering): string {
  const { flagKey, variant, errorCode } = evaluation;
  const metadata = metadataOf(evaluation, rendering);
  const value = valueMember(evaluation, rendering);
  const rest = JSON.stringify({
    ...(variant !== undefined && { variant }),
    reason: reasonOf(evaluation, rendering),
    ...(errorCode !== undefined && { errorCode }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  });
  return `${JSON.stringify(flagKey)}:{${value === '' ? '' : `${value.slice(1)},`}${rest.slice(1)}`;
}

/** Writes a value with the point that tells a float from an integer to typed languages. */
export function valueText(value: Json, type: Flag['type'] | undefined): string {
  const text = JSON.stringify(value);
  return type === 'float' && /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function valueMember({ value }: Evaluation, { flag }: Rendering): string {
  return value === undefined ? '' : `,"value":${valueText(value, flag?.type)}`;
}

/** A served value says when it may be out of date. */
function reasonOf({ reason, value }: Evaluation, { isCached }: Rendering): string {
  return isCached && value !== undefined ? 'CACHED' : reason;
}

/** A browser gets what the flag's author wrote, and not what deciding adds, such as the flag that is required. */
function metadataOf(evaluation: Evaluation, { audience, flag }: Rendering): object {
  const { metadata = {}, reason, ruleId } = evaluation;
  if (audience === 'server') return metadata;
  const isUnmet = reason === 'TARGETING_MATCH' && ruleId === undefined;
  const written = isUnmet ? new Set() : namesInArms(flag);
  return { ...flag?.metadata, ...Object.fromEntries(Object.entries(metadata).filter(([name]) => written.has(name))) };
}

/** Names of the metadata that the arms of a flag's splits carry; a flag that is off may be of any shape. */
function namesInArms(flag: Flag | undefined): ReadonlySet<unknown> {
  const rules: readonly (Partial<Rule> | null)[] = Array.isArray(flag?.rules) ? flag.rules : [];
  const splits = [flag?.default, ...rules.map((rule) => rule?.serve)].map((serve) => (serve as Partial<Split>)?.split);
  const arms = splits.flatMap((split) => (Array.isArray(split) ? (split as unknown[]) : []));
  return new Set(arms.flatMap((arm) => (Array.isArray(arm) ? Object.keys(arm[2] ?? {}) : [])));
}

const sentencesForBrowsers: Readonly<Partial<Record<ErrorCode, string>>> = {
  TARGETING_KEY_MISSING: 'context.targetingKey is missing',
  INVALID_CONTEXT: 'an attribute of the context has a type that this flag cannot compare',
  PARSE_ERROR: 'this flag cannot be decided at the moment',
};

/** Sentences of the evaluator name attributes and operators, which are rules. */
function sentenceOf({ errorCode, errorMessage, flagKey }: Evaluation, audience: Audience): string {
  if (audience === 'server' || errorCode === 'FLAG_NOT_FOUND')
    return errorMessage ?? `flag ${flagKey} cannot be decided`;
  return sentencesForBrowsers[errorCode ?? 'GENERAL'] ?? 'this flag cannot be decided at the moment';
}
