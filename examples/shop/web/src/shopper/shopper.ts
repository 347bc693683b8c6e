import type { EvaluationContext } from '@burgee/vue';

/** Who is shopping: `?user=ada&country=NO`. A real shop asks its session. */
export function readShopper(search: string = location.search): EvaluationContext & { targetingKey: string } {
  const parameters = new URLSearchParams(search);
  const country = parameters.get('country');
  return { targetingKey: parameters.get('user') || 'guest', ...(country ? { country } : {}) };
}

/** Writes another shopper into the address, so that a reload is the same shopper. */
export function rememberShopper(user: string): void {
  const address = new URL(location.href);
  address.searchParams.set('user', user);
  history.replaceState(null, '', address);
}
