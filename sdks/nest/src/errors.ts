/** A mistake in how the SDK is used, found while the application starts; each code has a page in docs/errors. */
export class BurgeeUsageError extends Error {
  readonly code: keyof typeof fixes;
  readonly fix: string;

  constructor(code: keyof typeof fixes, message: string) {
    super(`${code}: ${message}. ${fixes[code]}`);
    this.name = 'BurgeeUsageError';
    this.code = code;
    this.fix = fixes[code];
  }
}

const fixes = {
  BURGEE_NEST_001: 'Give the key of a flag: 1 to 128 characters of a-z 0-9 . _ -',
  BURGEE_NEST_002: 'Say either which value or which variant is required',
  BURGEE_NEST_003:
    'Give GraphQLModule.forRoot the option fieldResolverEnhancers: ["guards", "filters"]; without it Nest runs no guard on a field',
} as const;

/** Keys come from source code, so a wrong one is a typing mistake and not an unknown flag. */
export function checkKey(key: unknown, where: string): void {
  if (typeof key === 'string' && /^[a-z0-9._-]{1,128}$/.test(key)) return;
  throw new BurgeeUsageError('BURGEE_NEST_001', `${where} was given ${JSON.stringify(key) ?? 'nothing'} as a flag key`);
}
