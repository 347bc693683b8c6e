import fc from 'fast-check';
import type { Dialect } from './dialect.ts';
import { anything, IDS, KEYS, NUMBERS, object, scalar, version } from './values.ts';

export interface Asked {
  readonly attributes: Record<string, unknown>;
  readonly url: string;
  readonly qaMode: boolean;
  readonly enabled: boolean;
  readonly forcedVariations: Record<string, number>;
  /** Assignments by `attribute||value`; undefined: sticky buckets are not in use. */
  readonly sticky:
    | Record<string, { attributeName: string; attributeValue: string; assignments: Record<string, string> }>
    | undefined;
}

export function asked({ sticky: isSticky, conditions: hasConditions, python }: Dialect): fc.Arbitrary<Asked> {
  const list = fc.array(scalar, { maxLength: 4 });
  const attributes = fc.record(
    {
      id: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...IDS) }, { weight: 2, arbitrary: anything }),
      deviceId: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...IDS) }, { weight: 1, arbitrary: anything }),
      country: anything,
      age: fc.oneof(fc.constantFrom(...NUMBERS), anything),
      tags: fc.oneof(list, anything),
      profile: fc.oneof(object, fc.record({ level: anything, tags: list }, { requiredKeys: [] }), scalar),
      version,
      premium: fc.oneof(fc.boolean(), anything),
      naïve: anything,
    },
    { requiredKeys: [] },
  );
  const assignments = fc.dictionary(
    fc
      .tuple(fc.constantFrom(...KEYS.flatMap((key) => [0, 1, 2].map((rule) => `${key}-${rule}`))), fc.nat(2))
      .map(([key, at]) => `${key}__${at}`),
    fc.constantFrom('c', 'v1', 'v2', '0', 'gone'),
    { maxKeys: 8 },
  );
  return fc
    .tuple(
      attributes,
      fc.record({
        url: fc.constantFrom('', '', '', '/?f1-0=1', 'http://x.example/?f2-0=0&f1-1=1#f', '?f1-0=7&f1-0=1'),
        qaMode: fc.constantFrom(false, false, false, false, true),
        enabled: fc.constantFrom(true, true, true, true, false),
        forcedVariations: fc.oneof(
          { weight: 3, arbitrary: fc.constant({}) },
          { weight: 1, arbitrary: fc.constantFrom<Record<string, number>>({ 'f1-0': 1 }, { 'f2-1': 5, 'f3-0': 0 }) },
        ),
      }),
      isSticky ? fc.option(fc.tuple(assignments, assignments), { freq: 2, nil: undefined }) : fc.constant(undefined),
    )
    .map(([own, extras, sticky]) => ({
      attributes: own,
      ...extras,
      ...(python && hasConditions && { url: '', forcedVariations: {} }),
      sticky: sticky && documents(own, sticky),
    }));
}

/** Documents of the two attributes that experiments ask for most. */
function documents(
  attributes: Record<string, unknown>,
  [first, second]: readonly [Record<string, string>, Record<string, string>],
): NonNullable<Asked['sticky']> {
  const docs: NonNullable<Asked['sticky']> = {};
  for (const [name, assignments] of [
    ['id', first],
    ['deviceId', second],
  ] as const) {
    const value = attributes[name];
    if (typeof value !== 'string' && typeof value !== 'number') continue;
    docs[`${name}||${value}`] = { attributeName: name, attributeValue: String(value), assignments };
  }
  return docs;
}
