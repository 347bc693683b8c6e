import { compile } from './compile.ts';
import type { CompiledRuleset } from './compiled.ts';
import { parseFlag, parseRuleset } from './parse.ts';
import { regexEngine } from './regex.ts';
import type { Flag, Ruleset, Segment } from './ruleset.ts';

/** A boolean flag for tests; off unless a rule says otherwise. */
export function booleanFlag(given: Partial<Flag> = {}): Flag {
  const parsed = parseFlag({
    key: 'flag',
    enabled: true,
    type: 'boolean',
    variants: { on: true, off: false },
    off: 'off',
    default: 'off',
    ...given,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.flag;
}

/** A ruleset as it comes over the wire. */
export function rulesetOf(flags: readonly unknown[], segments: readonly Segment[] = []): Ruleset {
  const byKey = (parts: readonly unknown[]) => Object.fromEntries(parts.map((part) => [(part as Flag).key, part]));
  const wire = { format: 1, environment: 'test', version: '1.a', flags: byKey(flags), segments: byKey(segments) };
  const parsed = parseRuleset(JSON.parse(JSON.stringify(wire)));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.ruleset;
}

export function compiledOf(flags: readonly unknown[], segments: readonly Segment[] = []): CompiledRuleset {
  return compile(rulesetOf(flags, segments), { regex: regexEngine });
}
