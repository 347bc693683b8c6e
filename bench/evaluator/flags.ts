/** What is measured, in nobody's format. */
export interface NeutralFlag {
  readonly key: string;
  readonly kind: 'boolean' | 'rollout' | 'rule' | 'split';
  /** A boolean is served as this. */
  readonly enabled: boolean;
  readonly percent?: number;
  /** All must hold. */
  readonly constraints?: readonly { readonly attribute: string; readonly values: readonly string[] }[];
  readonly variants?: readonly { readonly name: string; readonly weight: number }[];
}

const accounts = Array.from({ length: 1_000 }, (_, i) => `acct-${String(i * 7).padStart(5, '0')}`);
const account = accounts.at(-1) as string;

/** Whom all decisions are for: they match every rule, at the end of its list. */
export const users = Array.from({ length: 1_024 }, (_, i) => {
  return {
    userId: `user-${String((i * 7_919) % 1_000_003).padStart(10, '0')}-abcdefghij-00`,
    country: 'DE',
    plan: 'pro',
    accountId: account,
  };
});

export type User = (typeof users)[number];

/** Four booleans, three rollouts, two rules and a split in every ten. */
export function neutralFlags(count: number): NeutralFlag[] {
  return Array.from({ length: count }, (_, i) => neutralFlag(String(i).padStart(5, '0'), i % 10));
}

function neutralFlag(name: string, slot: number): NeutralFlag {
  if (slot < 4) return { key: `bool-${name}`, kind: 'boolean', enabled: slot % 2 === 0 };
  if (slot < 7) return { key: `pct-${name}`, kind: 'rollout', enabled: true, percent: slot === 4 ? 50 : 5 + slot * 13 };
  if (slot < 9) return rule(`rule-${name}`, accounts.slice(-10));
  const variants = ['red', 'green', 'blue', 'black'].map((variant) => ({ name: variant, weight: 25 }));
  return { key: `split-${name}`, kind: 'split', enabled: true, variants };
}

function rule(key: string, list: readonly string[]): NeutralFlag {
  const constraints = [
    { attribute: 'country', values: ['SE', 'FR', 'DE'] },
    { attribute: 'plan', values: ['enterprise', 'pro'] },
    { attribute: 'accountId', values: list },
  ];
  return { key, kind: 'rule', enabled: true, constraints };
}

/** Single decisions, each a row of the table. */
export const rows: readonly (readonly [label: string, flag: NeutralFlag])[] = [
  ['boolean', neutralFlag('row', 0)],
  ['50 % rollout', neutralFlag('row', 4)],
  ['3 constraints', rule('rule-few', accounts.slice(-3))],
  ['3 + IN 1,000', rule('rule-many', accounts)],
  ['split of 4', neutralFlag('row', 9)],
];
