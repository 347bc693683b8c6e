import type { Flag, Requirement, Rule, SemanticsName, Serve, Split } from '@burgee/evaluator';
import { type Companion, companionKey } from './companion.ts';
import type { Feature, Variant } from './model.ts';
import type { Choice, Plan, PlannedRule } from './plan.ts';

export interface Drawn {
  readonly feature: Feature;
  readonly plan: Plan;
  readonly requires: readonly Requirement[];
  readonly reference: SemanticsName;
}

type Arm = Split['split'][number];

/** Longest text, in UTF-8 bytes, that metadata hold. */
const METADATA_LIMIT = 1024;

/** The feature's own flag: on or off, and which variant in the metadata. */
export function featureFlag({ feature, plan, requires, reference }: Drawn): Flag {
  const serve = (choice: Choice): Serve => {
    if (choice === 'on' || choice === 'off') return choice;
    const arms = choice.variants.map((variant) => ['on', variant.weight, metadataOf(variant)] as const);
    return splitOf(arms, choice);
  };
  return {
    key: feature.name,
    enabled: feature.enabled,
    type: 'boolean',
    variants: { on: true, off: false },
    off: 'off',
    ...(requires.length > 0 && { requires }),
    ...(plan.rules.length > 0 && { rules: plan.rules.map((rule) => ruleOf(rule, serve)) }),
    default: serve(plan.default),
    semantics: reference,
  };
}

/** The flag beside it, which serves the payload to whoever asks a generic client for it. */
export function companionFlag({ feature, plan, requires, reference }: Drawn, companion: Companion): Flag {
  const serve = (choice: Choice): Serve => {
    if (choice === 'off') return null;
    if (choice === 'on') return companion.without;
    const arms = choice.variants.map((variant) => [companion.nameOf(variant), variant.weight] as const);
    return splitOf(arms, choice);
  };
  return {
    key: companionKey(feature.name),
    enabled: feature.enabled,
    type: companion.type,
    variants: companion.variants,
    off: null,
    ...(requires.length > 0 && { requires }),
    ...(plan.rules.length > 0 && { rules: plan.rules.map((rule) => ruleOf(rule, serve)) }),
    default: serve(plan.default),
    semantics: reference,
  };
}

function splitOf(arms: readonly Arm[], { by, seed }: Exclude<Choice, string>): Serve {
  return { split: arms, ...(by !== undefined && { by }), ...(seed !== undefined && { seed }) };
}

function ruleOf({ id, name, if: conditions, rollout, choice }: PlannedRule, serve: (choice: Choice) => Serve): Rule {
  return {
    id,
    name,
    ...(conditions.length > 0 && { if: conditions }),
    ...(rollout !== undefined && { rollout }),
    serve: serve(choice),
  };
}

function metadataOf({ name, payload }: Variant): Record<string, string> {
  if (payload === undefined || isLong(payload)) return { variant: name };
  return { variant: name, payload: payload.value, payloadType: payload.type };
}

/** Whether only the flag beside it can serve the payload. */
export function isLong({ value }: NonNullable<Variant['payload']>): boolean {
  return byteLength(value) > METADATA_LIMIT;
}

function byteLength(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
