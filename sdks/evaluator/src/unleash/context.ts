import type { EvaluationContext } from '../evaluation.ts';
import type { Findings } from '../scope.ts';

/** One attribute of a context. */
export type Read = (context: EvaluationContext) => unknown;

/** The attribute, else the property of that name, as Unleash looks it up; a user without an id has a targeting key. */
export function reader(attr: string, { reads }: Pick<Findings, 'reads'>): Read {
  reads.add(attr).add('properties');
  if (attr !== 'userId') return (context) => ownOf(context, attr) ?? propertyOf(context, attr);
  reads.add('targetingKey');
  return (context) => ownOf(context, attr) ?? propertyOf(context, attr) ?? ownOf(context, 'targetingKey');
}

/** The attribute of the context itself. */
export function directReader(attr: string, { reads }: Pick<Findings, 'reads'>): Read {
  reads.add(attr);
  if (attr !== 'userId') return (context) => ownOf(context, attr);
  reads.add('targetingKey');
  return (context) => ownOf(context, attr) ?? ownOf(context, 'targetingKey');
}

function propertyOf(context: EvaluationContext, attr: string): unknown {
  const properties = ownOf(context, 'properties');
  return typeof properties === 'object' && properties !== null ? ownOf(properties, attr) : undefined;
}

/** Only what the context itself has counts, nothing that a language adds. */
function ownOf(record: object, name: string): unknown {
  return Object.hasOwn(record, name) ? (record as Record<string, unknown>)[name] : undefined;
}
