import type { EvaluationContext } from '../evaluation.ts';

/** GrowthBook's usual name for whom a decision is about; a context without it lends its `targetingKey`. */
export const ID = 'id';

/** An attribute that the context itself has; undefined: it has none of that name. */
export function readAttribute(context: EvaluationContext, name: string): unknown {
  if (Object.hasOwn(context, name)) return context[name];
  return name === ID && Object.hasOwn(context, 'targetingKey') ? context.targetingKey : undefined;
}

/** Names an attribute that decisions depend on. */
export function noteRead(name: string, reads: Set<string>): void {
  reads.add(name);
  if (name === ID) reads.add('targetingKey');
}

/**
 * The value of a hash attribute, as its plain name and never a path; undefined: there is none that identifies anyone.
 * Spec 0.8 takes whatever JavaScript holds for true; spec 0.12 texts, and numbers other than 0.
 */
export function identify(context: EvaluationContext, name: string, strict: boolean): unknown {
  const value = readAttribute(context, name);
  if (!strict) return value ? value : undefined;
  const identifies = typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
  return identifies && value ? value : undefined;
}

/** What is inside an object, as a path with dots; null: nothing. Only own fields count, an array's index and length too. */
export function compilePath(path: string, isContext: boolean): (object: unknown) => unknown {
  const [first = '', ...others] = path.split('.');
  const start =
    isContext && first === ID ? (object: unknown) => readAttribute(object as EvaluationContext, ID) : undefined;
  return (object) => {
    let current = start === undefined ? fieldOf(object, first) : (start(object) ?? null);
    for (const part of others) current = fieldOf(current, part);
    return current;
  };
}

function fieldOf(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, name)) return null;
  return (object as Record<string, unknown>)[name];
}
