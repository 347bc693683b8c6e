import { type Fields, isFields, own } from './document.ts';

/** Makes a part of the file what it is once the references to `$evaluators` in it are replaced. */
export interface Inliner {
  /** Undefined: it becomes too large, or names an evaluator that names another; `refuse` says so. */
  inline(part: unknown, refuse: (message: string) => void): unknown;
}

/** What a flag may hold at most, in values; it is refused for its size long before. */
const LARGEST = 1_000_000;
const DEEPEST = 500;

/**
 * Replaces `{"$ref": name}` by the evaluator of that name.
 *
 * flagd does it in the text, so a reference to a name that is not there stays, and is an unknown operator; so does one
 * whose name JSON writes in another way.
 */
export function inliner(file: Fields): Inliner {
  const given = own(file, '$evaluators');
  const evaluators = new Map(Object.entries(isFields(given) ? given : {}).filter(([name]) => !ESCAPED.test(name)));
  const sizes = new Map<string, number>();
  for (const [name, evaluator] of evaluators) sizes.set(name, sizeOf(evaluator, evaluators));
  return {
    inline: (part, refuse) => {
      let size = 0;
      try {
        return replace(part, 0);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refuse(error.message);
        return undefined;
      }

      function replace(value: unknown, level: number): unknown {
        if (++size > LARGEST || level > DEEPEST) throw new Refusal('too large or too deep with its evaluators');
        if (Array.isArray(value)) return value.map((item) => replace(item, level + 1));
        if (!isFields(value)) return value;
        const name = referenceOf(value);
        if (name === undefined || !evaluators.has(name)) {
          return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replace(one, level + 1)]));
        }
        const more = sizes.get(name) ?? 0;
        if (more < 0) throw new Refusal(NESTED(name));
        size += more;
        return evaluators.get(name);
      }
    },
  };
}

const NESTED = (name: string) =>
  `the evaluator ${name} refers to another one, which flagd resolves or leaves as it happens; write it out`;

class Refusal extends Error {}

/** Go's JSON writes these in another way, so that its search for the name misses them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are written in another way
const ESCAPED = /["\\<>&\u0000-\u001f\u2028\u2029]/;

function referenceOf(value: Fields): string | undefined {
  const [key, second] = Object.keys(value);
  if (key !== '$ref' || second !== undefined) return undefined;
  const name = value.$ref;
  return typeof name === 'string' ? name : undefined;
}

/** How many values an evaluator holds; -1: another evaluator is among them. */
function sizeOf(evaluator: unknown, evaluators: ReadonlyMap<string, unknown>): number {
  let size = 0;
  const rest: unknown[] = [evaluator];
  while (rest.length > 0) {
    const value = rest.pop();
    size++;
    if (Array.isArray(value)) for (const item of value) rest.push(item);
    else if (isFields(value)) {
      const name = referenceOf(value);
      if (name !== undefined && evaluators.has(name)) return -1;
      for (const one of Object.values(value)) rest.push(one);
    }
  }
  return size;
}
