/** How a route is counted, and whether it may be refused when there is too much to do. */
export interface RouteFamily {
  /** Bounded: stands as a label in the metrics. */
  readonly name: string;
  /** New evaluations and streams, and counts that their senders keep. */
  readonly mayBeShed: boolean;
  /** For operators: never limited. */
  readonly isWatched: boolean;
}

const shed: Readonly<Record<string, string>> = {
  '/ofrep/v1/evaluate/flags/:key': 'evaluate_one',
  '/ofrep/v1/evaluate/flags': 'evaluate_all',
  '/ofrep/v1/events': 'events',
  '/v1/decisions': 'decisions',
  '/v1/ruleset': 'ruleset',
  '/v1/exposures': 'exposures',
};
const watched = new Set(['/livez', '/readyz', '/metrics']);
const others: readonly (readonly [prefix: string, name: string])[] = [
  ['/graphql', 'graphql'],
  ['/auth/', 'sign_in'],
  ['/v1/', 'managing'],
  ['/reports/', 'managing'],
];

/** The family of a route's pattern. */
export function routeFamily(pattern: string): RouteFamily {
  const decides = shed[pattern];
  if (decides !== undefined) return { name: decides, mayBeShed: true, isWatched: false };
  if (watched.has(pattern)) return { name: 'operators', mayBeShed: false, isWatched: true };
  const name = others.find(([prefix]) => pattern.startsWith(prefix))?.[1] ?? 'pages';
  return { name, mayBeShed: false, isWatched: false };
}
