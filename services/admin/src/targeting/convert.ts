import { type Flag, parseFlag, type Segment, type SemanticsName } from '@burgee/evaluator';
import { type Converted, convertFlagd, convertGrowthbook, convertUnleash } from '@burgee/importers';
import type { Names } from '../queries/names.ts';
import { type Comparison, compareFlags } from './compare.ts';
import { stable } from './draft.ts';
import { loadAround } from './foreign.ts';
import { sampleContexts } from './sample.ts';

/** A flag in Burgee's own terms beside how alike it decides, or why it cannot be said in them. */
export type Conversion =
  | { readonly ok: true; readonly flag: Flag; readonly notes: readonly string[]; readonly comparison: Comparison }
  | { readonly ok: false; readonly reasons: readonly string[] };

/** Converts a flag and proves it: both forms decide for the same 1,000 sampled contexts. */
export async function convert(
  flag: Flag,
  names: Names,
  readSegment: (key: string) => Promise<Segment | undefined>,
): Promise<Conversion> {
  const converted = converters[flag.semantics ?? 'burgee-1']?.(flag);
  if (converted === undefined) return { ok: false, reasons: ['It follows Burgee already.'] };
  if (!converted.ok) return converted;
  const reasons = refusals(flag, converted.flag);
  if (reasons.length > 0) return { ok: false, reasons };
  const around = await loadAround(flag, names, readSegment);
  const samples = sampleContexts({ flag, segments: around.segments, count: 1000, seed: 1, now: Date.now() });
  const comparison = compareFlags({ ...around, before: flag, after: converted.flag }, samples);
  return { ...converted, comparison };
}

/** What a change of targeting cannot store: a wrong form, and what all environments share. */
function refusals(before: Flag, after: Flag): string[] {
  const parsed = parseFlag(after);
  const faults = parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message}`);
  if (stable(before.variants) === stable(after.variants)) return faults;
  return [
    ...faults,
    `Its variants would have to change in every environment, to ${JSON.stringify(after.variants)}. Edit them first.`,
  ];
}

type Convert = (flag: Flag) => Converted;
const converters: Readonly<Partial<Record<SemanticsName, Convert>>> = {
  unleash: convertUnleash,
  'unleash-node': convertUnleash,
  'growthbook-1': convertGrowthbook,
  'growthbook-2': convertGrowthbook,
  'flagd-1': convertFlagd,
  'flagd-2': convertFlagd,
  'flagd-3': convertFlagd,
};
