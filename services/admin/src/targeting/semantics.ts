import type { SemanticsName } from '@burgee/evaluator';

/** Whether a flag is kept as the other system wrote it. */
export function isForeign(semantics: SemanticsName): boolean {
  return semantics.startsWith('growthbook') || semantics.startsWith('flagd');
}

/** A system whose conditions and hashing a flag can follow. */
interface System {
  readonly name: string;
  /** Which of its SDKs or versions, where they differ. */
  readonly reference: string;
  readonly meaning: string;
}

const unleash =
  'Conditions, percentages and weights count as they did in Unleash, so every user keeps what they had there. Operators have Unleash’s names.';
const growthbook =
  'The feature is kept as GrowthBook wrote it and decided as GrowthBook’s SDK does, so every user keeps what they had there.';
const flagd =
  'The flag is kept as flagd’s file had it and decided as flagd does, so every user keeps what they had there.';

export const systems: Readonly<Record<SemanticsName, System>> = {
  'burgee-1': { name: 'Burgee', reference: '', meaning: '' },
  unleash: { name: 'Unleash', reference: 'its SDKs and Edge', meaning: unleash },
  'unleash-node': { name: 'Unleash', reference: 'its Node SDK', meaning: unleash },
  'growthbook-1': { name: 'GrowthBook', reference: 'JavaScript SDK 1', meaning: growthbook },
  'growthbook-2': { name: 'GrowthBook', reference: 'Go, Python and JavaScript SDK 2', meaning: growthbook },
  'flagd-1': { name: 'flagd', reference: 'before 0.15', meaning: flagd },
  'flagd-2': { name: 'flagd', reference: '0.15 to 0.17', meaning: flagd },
  'flagd-3': { name: 'flagd', reference: 'after 0.17', meaning: flagd },
};
