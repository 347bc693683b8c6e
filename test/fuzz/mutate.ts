import fc from 'fast-check';
import { define, hostileValue, type Make } from './hostile.ts';

type Holder = { [field: string]: unknown };

interface Mutation {
  readonly pick: number;
  readonly other: number;
  readonly kind: 'replace' | 'graft' | 'remove' | 'add' | 'rename' | 'wrap' | 'repeat' | 'trap';
  readonly value: Make;
  readonly field: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  pick: fc.nat(),
  other: fc.nat(),
  kind: fc.constantFrom('replace', 'replace', 'graft', 'graft', 'remove', 'add', 'rename', 'wrap', 'repeat', 'trap'),
  value: hostileValue,
  field: fc.constantFrom('__proto__', 'constructor', 'toString', 'then', 'if', 'by', 'seed', 'split', 'percent', ''),
});

/** Sound documents, broken in up to four places by anything. */
export function spoilt(document: fc.Arbitrary<unknown>): fc.Arbitrary<Make> {
  return fc.tuple(document, fc.array(mutation, { maxLength: 4 })).map(([sound, mutations]) => () => {
    const document = structuredClone(sound);
    for (const one of mutations) tryTo(() => mutate(document as Holder, one));
    return document;
  });
}

/** What is spoilt already may defend itself. */
function tryTo(spoil: () => void): void {
  try {
    spoil();
  } catch {}
}

function mutate(document: Holder, { pick, other, kind, value, field }: Mutation): void {
  const places = placesIn(document);
  if (places.length === 0) return;
  const { parent, name } = places[pick % places.length] as Place;
  const elsewhere = places[other % places.length] as Place;
  const current = parent[name];
  if (kind === 'replace') define(parent, name, { value: value() });
  else if (kind === 'graft') define(parent, name, { value: copied(elsewhere.parent[elsewhere.name]) });
  else if (kind === 'remove') delete parent[name];
  else if (kind === 'wrap') define(parent, name, { value: [current] });
  else if (kind === 'trap') define(parent, name, { get: sprung });
  else if (kind === 'repeat' && Array.isArray(current) && current.length < 1000) current.push(...current);
  else if (typeof current !== 'object' || current === null || Object.isFrozen(current)) return;
  else if (kind === 'add') define(current, field, { value: value() });
  else if (kind === 'rename') {
    delete parent[name];
    define(parent, field, { value: current });
  }
}

function sprung(): never {
  throw new Error('a trap was sprung');
}

/** Whatever can be copied; what can not is shared, so that there are also circles. */
function copied(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return value;
  }
}

interface Place {
  readonly parent: Holder;
  readonly name: string;
}

/** Only of what is plain and sound so far, and of each thing once. */
function placesIn(holder: Holder, seen = new Set<unknown>()): Place[] {
  seen.add(holder);
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(holder)).slice(0, 50);
  const open = descriptors.filter(([, { configurable, value }]) => configurable && value !== undefined);
  return open.flatMap(([name, { value }]) => [
    { parent: holder, name },
    ...(isPlain(value) && !seen.has(value) ? placesIn(value as Holder, seen) : []),
  ]);
}

function isPlain(value: unknown): boolean {
  try {
    if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return false;
    return (
      [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value)) && Object.keys(value).length < 1000
    );
  } catch {
    return false;
  }
}
