import type { EvaluationContext } from '@burgee/vue';

/** Who is shopping: `?user=ada&country=NO&plan=member`. A real shop asks its session. */
export function readShopper(search: string = location.search): EvaluationContext & { targetingKey: string } {
  const { user, ...attributes } = Object.fromEntries(new URLSearchParams(search));
  const device = matchMedia('(min-width: 56rem)').matches ? 'desktop' : 'phone';
  return { device, appVersion: '4.2.0', ...attributes, targetingKey: user || 'guest' };
}

/** Writes another shopper into the address, so that a reload is the same shopper. */
export function rememberShopper(user: string): void {
  const address = new URL(location.href);
  address.searchParams.set('user', user);
  history.replaceState(null, '', address);
}
