import type { EvaluationContext } from '../evaluation.ts';
import { isRecord } from '../parse-json.ts';

/**
 * The attribute that holds what GrowthBook's SDKs keep beside the attributes:
 * `{ url, qaMode, enabled, forcedVariations, groups, stickyBucketAssignmentDocs }`, by the SDKs' own names.
 */
export const EXTRAS = '$growthbook';

export interface Extras {
  /** A page's address: `?experiment=1` in it forces a variation. */
  readonly url: string;
  readonly qaMode: boolean;
  /** Experiments are off where it is false. */
  readonly enabled: boolean;
  /** Variations by experiment key. */
  readonly forcedVariations: Readonly<Record<string, unknown>>;
  readonly groups: Readonly<Record<string, unknown>>;
  /** Sticky buckets are in use where this is given, even empty. */
  readonly sticky: StickyDocuments | undefined;
}

/** Assignments (variation keys by `experiment__bucketVersion`) by `attribute||value`. */
export type StickyDocuments = (attribute: string, value: string) => Readonly<Record<string, unknown>>;

const NONE: Extras = { url: '', qaMode: false, enabled: true, forcedVariations: {}, groups: {}, sticky: undefined };

/** What a context has beside its attributes; whatever has another shape is as if it was not there. */
export function extrasOf(context: EvaluationContext): Extras {
  const given = Object.hasOwn(context, EXTRAS) ? context[EXTRAS] : undefined;
  if (!isRecord(given)) return NONE;
  const { url, qaMode, enabled, forcedVariations, groups, stickyBucketAssignmentDocs: documents } = given;
  return {
    url: typeof url === 'string' ? url : '',
    qaMode: Boolean(qaMode),
    enabled: enabled !== false,
    forcedVariations: isRecord(forcedVariations) ? forcedVariations : {},
    groups: isRecord(groups) ? groups : {},
    sticky: isRecord(documents) || Array.isArray(documents) ? stickyDocuments(documents) : undefined,
  };
}

/** Documents as a list, or by their `attribute||value`. */
function stickyDocuments(documents: Record<string, unknown> | readonly unknown[]): StickyDocuments {
  return (attribute, value) => {
    const document = Array.isArray(documents)
      ? documents.findLast((one) => isRecord(one) && one.attributeName === attribute && one.attributeValue === value)
      : Object.hasOwn(documents, `${attribute}||${value}`)
        ? (documents as Record<string, unknown>)[`${attribute}||${value}`]
        : undefined;
    return isRecord(document) && isRecord(document.assignments) ? document.assignments : {};
  };
}

/** The variation that a page's address or the context forces; undefined: none. It may be one that the experiment does not have. */
export function forcedVariation({ url, forcedVariations }: Extras, key: string, count: number): number | undefined {
  const asked = url === '' ? undefined : variationInUrl(url, key);
  if (asked !== undefined && asked >= 0 && asked < count) return asked;
  if (!Object.hasOwn(forcedVariations, key)) return undefined;
  const forced = forcedVariations[key];
  return typeof forced === 'number' && Number.isInteger(forced) ? forced : -1;
}

/** The first parameter of that name counts, and only the digits it begins with. */
function variationInUrl(url: string, key: string): number | undefined {
  const query = url.split('?')[1]?.replace(/#.*/, '') ?? '';
  for (const parameter of query.split('&')) {
    const [name, value = ''] = parameter.split('=', 2);
    if (name === key) return Number.parseInt(value, 10);
  }
  return undefined;
}
