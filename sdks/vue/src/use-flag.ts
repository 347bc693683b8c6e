import { type Evaluation, valueOr } from '@burgee/client';
import { type ComputedRef, computed, hasInjectionContext, inject, type MaybeRefOrGetter, toValue, warn } from 'vue';
import { type Burgee, burgeeKey } from './burgee.ts';
import type { FlagDefault, FlagKey, FlagValue } from './flag-types.ts';

/**
 * A flag's value, kept up to date: `const checkout = useFlag('new-checkout', false)`.
 *
 * Uses no lifecycle hook, so it works in components, stores and composables alike.
 *
 * @param flag         its key; a ref or getter when the key itself changes
 * @param defaultValue served while there is no value of this type: not known, off without a value, in error
 */
export function useFlag<K extends FlagKey, D extends FlagDefault<K>>(
  flag: MaybeRefOrGetter<K>,
  defaultValue: D,
): ComputedRef<FlagValue<K, D>> {
  const burgee = findBurgee();
  return computed(() => (burgee ? valueFrom(burgee, toValue(flag), defaultValue) : defaultValue) as FlagValue<K, D>);
}

/** Value, variant and reason of a flag; undefined while it is not known. Does not count as a use. */
export function useFlagEvaluation(flag: MaybeRefOrGetter<FlagKey>): ComputedRef<Evaluation | undefined> {
  const burgee = findBurgee();
  return computed(() => burgee?.held.value.evaluations[toValue(flag)]);
}

/** The plugin itself, for `client.setContext()` and the state; throws where it was not installed. */
export function useBurgee(): Burgee {
  const burgee = findBurgee();
  if (!burgee) throw new Error(missing);
  return burgee;
}

const missing = 'BURGEE_VUE_001: app.use(createBurgee(…)) is missing';

function findBurgee(): Burgee | undefined {
  const burgee = hasInjectionContext() ? inject(burgeeKey, undefined) : undefined;
  if (!burgee) warn(missing);
  return burgee;
}

/** What is held decides; the client is asked so that it counts the use. */
function valueFrom<D>({ client, held }: Burgee, key: string, defaultValue: D): D {
  const evaluation = held.value.evaluations[key];
  const asked = client.value(key, defaultValue);
  return evaluation === client.evaluation(key) ? asked : valueOr(evaluation?.value, defaultValue);
}
