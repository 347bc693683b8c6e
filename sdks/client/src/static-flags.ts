import type { Flag, Json, Ruleset, ValueType } from '@burgee/evaluator';
import { type StaticSource, staticSource } from './sources/static.ts';

/** Flags that a test sets: the real client, the real evaluator, no network. */
export interface StaticFlags extends StaticSource {
  /** Changes one flag, as a push from the service would. */
  set(key: string, value: Json): void;
}

/** `createServerClient({ url: 'test:', key: 'test', source: staticFlags({ 'new-checkout': true }) })` */
export function staticFlags(values: Readonly<Record<string, Json>>): StaticFlags {
  let current = values;
  let version = 1;
  const write = () => JSON.stringify(rulesetOf(current, version));
  const source = staticSource('ruleset', write());
  return {
    ...source,
    set(key, value) {
      current = { ...current, [key]: value };
      version++;
      source.put(write());
    },
  };
}

function rulesetOf(values: Readonly<Record<string, Json>>, version: number): Ruleset {
  const flags = Object.entries(values).map(([key, value]) => [key, flagOf(key, value)]);
  return { format: 1, environment: 'test', version: String(version), flags: Object.fromEntries(flags), segments: {} };
}

function flagOf(key: string, value: Json): Flag {
  const shared = { key, enabled: true, off: null, clientVisible: true };
  if (typeof value === 'boolean') {
    return { ...shared, type: 'boolean', variants: { on: true, off: false }, default: value ? 'on' : 'off' };
  }
  const [type, other] = typeOf(value);
  return { ...shared, type, variants: { given: value, other }, default: 'given' };
}

/** The type, and another value of it: a flag has at least two variants. */
function typeOf(value: Json): [ValueType, Json] {
  if (typeof value === 'string') return ['string', ''];
  if (typeof value === 'number') return [Number.isInteger(value) ? 'integer' : 'float', 0];
  return ['object', {}];
}
