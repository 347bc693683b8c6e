import fc from 'fast-check';
import { anything, GROUPS, PATHS, PATTERNS, scalar, version } from './values.ts';

/** Conditions; `depth` keeps them small. */
export function conditions(): fc.Arbitrary<Record<string, unknown>> {
  const { condition } = fc.letrec<{
    condition: Record<string, unknown>;
    operand: unknown;
    operators: Record<string, unknown>;
  }>((tie) => ({
    operators: fc.oneof(
      ...['$eq', '$ne', '$lt', '$lte', '$gt', '$gte'].map((name) =>
        named(name, fc.oneof({ weight: 5, arbitrary: scalar }, { weight: 1, arbitrary: anything })),
      ),
      ...['$veq', '$vne', '$vlt', '$vlte', '$vgt', '$vgte'].map((name) => named(name, version)),
      ...['$in', '$nin', '$ini', '$nini'].map((name) =>
        named(
          name,
          fc.oneof({ weight: 8, arbitrary: fc.array(anything, { maxLength: 5 }) }, { weight: 1, arbitrary: scalar }),
        ),
      ),
      ...['$all', '$alli'].map((name) =>
        named(
          name,
          fc.oneof(
            { weight: 8, arbitrary: fc.array(fc.oneof(scalar, tie('operators')), { maxLength: 3 }) },
            { weight: 1, arbitrary: scalar },
          ),
        ),
      ),
      ...['$inGroup', '$notInGroup'].map((name) => named(name, fc.constantFrom(...GROUPS))),
      ...['$regex', '$regexi'].map((name) =>
        named(
          name,
          fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PATTERNS) }, { weight: 1, arbitrary: fc.constant(5) }),
        ),
      ),
      named('$exists', fc.constantFrom<unknown>(true, false, 0, 1)),
      named('$type', fc.constantFrom('string', 'number', 'boolean', 'array', 'object', 'null', 'undefined', 'nothing')),
      named('$not', tie('operand')),
      named('$size', fc.oneof(fc.nat(3), tie('operators'))),
      named('$elemMatch', fc.oneof(tie('operators'), tie('condition'))),
      { weight: 1, arbitrary: named('$frobnicate', scalar) },
      fc.tuple(tie('operators'), tie('operators')).map(([one, other]) => ({ ...one, ...other })),
    ),
    operand: fc.oneof({ maxDepth: 3 }, anything, tie('operators')),
    condition: fc.oneof(
      { maxDepth: 3 },
      {
        weight: 8,
        arbitrary: fc.tuple(fc.constantFrom(...PATHS), tie('operand')).map(([path, operand]) => ({ [path]: operand })),
      },
      { weight: 1, arbitrary: named('$savedGroup', reference) },
      { weight: 1, arbitrary: fc.array(tie('condition'), { maxLength: 3 }).map((list) => Object.assign({}, ...list)) },
      ...['$or', '$nor', '$and'].map((name) => ({
        weight: 1,
        arbitrary: named(name, fc.array(tie('condition'), { maxLength: 3 })),
      })),
      { weight: 1, arbitrary: named('$not', tie('condition')) },
      // what is no condition at all
      {
        weight: 1,
        arbitrary: fc.constantFrom<Record<string, unknown>>({ $not: null }, { $or: null }, { $and: [null] }),
      },
    ),
  }));
  return condition;
}

function named(name: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  return value.map((operand) => ({ [name]: operand }));
}

const reference = fc.oneof(
  { weight: 8, arbitrary: fc.record({ id: fc.constantFrom(...GROUPS) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      id: fc.constantFrom(...GROUPS),
      attributeKey: fc.constantFrom<unknown>('country', 'profile.level', 'tags', 5),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<unknown>('g1', { id: 5 }, []) },
);

export function savedGroups(condition: fc.Arbitrary<Record<string, unknown>>): fc.Arbitrary<Record<string, unknown>> {
  const list = fc.array(scalar, { maxLength: 5 });
  const group = fc.oneof<fc.Arbitrary<unknown>[]>(
    list,
    fc.record({
      type: fc.constant('list'),
      attributeKey: fc.constantFrom<unknown>('country', 'id', 'tags', undefined),
      values: list,
    }),
    fc.record({ type: fc.constant('condition'), condition }),
    fc.constantFrom<unknown>({ type: 'remote' }, { type: 'list', attributeKey: 'id' }, { type: 'condition' }, null),
  );
  return fc.record(Object.fromEntries(GROUPS.slice(0, 5).map((id) => [id, group])), { requiredKeys: [] });
}
