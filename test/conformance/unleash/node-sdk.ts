import { createRequire } from 'node:module';
import type { EvaluationContext } from '@burgee/evaluator';
import type { Variant } from 'unleash-client';
import type { Answer } from './decide.ts';

interface Client {
  on(event: string, listener: () => void): void;
  isEnabled(name: string, context: EvaluationContext, fallback: () => boolean): boolean;
  getVariant(name: string, context: EvaluationContext): Variant;
}

type NewClient = new (repository: object, strategies: readonly unknown[]) => Client;

const inside = createRequire(createRequire(import.meta.url).resolve('unleash-client'));
const { default: UnleashClient } = inside('./client.js') as { default: NewClient };
const { defaultStrategies } = inside('./strategy/index.js') as { defaultStrategies: readonly unknown[] };

interface State {
  readonly features: readonly unknown[];
  readonly segments: readonly unknown[];
}

/** Unleash's SDK for Node on a document, without the network around it; throws where the SDK throws. */
export function nodeSdk({ features, segments }: State): (feature: string, context: EvaluationContext) => Answer {
  const byName = new Map(features.map((one) => [(one as { name: string }).name, one]));
  const byId = new Map(segments.map((one) => [(one as { id: number }).id, one]));
  const repository = {
    getToggle: (name: string) => byName.get(name),
    getSegment: (id: number) => byId.get(id),
  };
  const client = new UnleashClient(repository, defaultStrategies);
  client.on('error', () => {});
  return (feature, context) => {
    const enabled = client.isEnabled(feature, context, () => false);
    const { name, payload } = client.getVariant(feature, context);
    return { enabled, variant: name, payload: payload?.value };
  };
}
