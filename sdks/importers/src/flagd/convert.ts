import { type Condition, type Flag, parseFlag, type Rule, type Serve } from '@burgee/evaluator';
import type { Converted } from '../imported.ts';
import { readCondition } from './convert-condition.ts';
import { type Conversion, type Source, shown } from './convert-source.ts';
import { readSplit } from './convert-split.ts';
import { isFields, own } from './document.ts';

/**
 * Says a flag of flagd in Burgee's own terms: `if`s become rules, `fractional` becomes a split.
 *
 * It decides alike for contexts whose attributes have the types that the conditions ask for; where people move into
 * another variant, a note says who.
 */
export function convertFlagd(flag: Flag): Converted {
  const { foreign, semantics: _semantics, ...rest } = flag;
  if (!isFields(foreign)) return { ok: false, reasons: ['the flag has no flagd flag in it'] };
  const conversion: Conversion = { reasons: new Set(), notes: new Set() };
  const named = own(foreign, 'defaultVariant');
  const defaultVariant = typeof named === 'string' && named !== '' ? named : null;
  const source = { flag, defaultVariant, conversion, semantics: flag.semantics };
  const targeting = own(foreign, 'targeting');
  const rules = targeting === undefined || targeting === null ? [] : readRules(targeting, source);
  const last = rules.at(-1);
  const ends = last !== undefined && last.if.length === 0;
  const kept = ends ? rules.slice(0, -1) : rules;
  const converted = {
    ...rest,
    ...(kept.length > 0 && { rules: kept.map(asRule) }),
    default: ends ? last.serve : defaultVariant,
  };
  return finish(converted, conversion);
}

function finish(flag: Flag, { reasons, notes }: Conversion): Converted {
  if (reasons.size > 0) return { ok: false, reasons: [...reasons] };
  const parsed = parseFlag(flag);
  if (parsed.ok) return { ok: true, flag: parsed.flag, notes: [...notes] };
  return { ok: false, reasons: parsed.problems.map(({ path, message }) => `${path}: ${message}`) };
}

interface Ended {
  readonly if: readonly Condition[];
  readonly serve: Serve;
}

function asRule({ if: conditions, serve }: Ended, i: number): Rule {
  return { id: `rule-${i + 1}`, if: conditions, serve };
}

const MOST_RULES = 200;
const DEEPEST = 60;

/** The ends of nested `if`s in order, each under the conditions that lead to it. */
function readRules(targeting: unknown, source: Source): Ended[] {
  const { reasons } = source.conversion;
  const ends: Ended[] = [];
  walk(targeting, [], 0);
  return ends;

  function walk(logic: unknown, conditions: readonly Condition[], level: number): void {
    if (reasons.size > 0) return;
    if (ends.length > MOST_RULES || level > DEEPEST) return void reasons.add(`more than ${MOST_RULES} rules`);
    const args = argumentsOfIf(logic);
    if (args === undefined) return void ends.push({ if: conditions, serve: readServe(logic, source) });
    for (let i = 0; i + 1 < args.length; i += 2) {
      const condition = readCondition(args[i], source.conversion);
      if (condition === false) continue;
      walk(args[i + 1], condition === true ? conditions : [...conditions, condition], level + 1);
      if (condition === true) return;
    }
    walk(args.length % 2 === 1 ? args.at(-1) : null, conditions, level + 1);
  }
}

function argumentsOfIf(logic: unknown): readonly unknown[] | undefined {
  if (!isFields(logic)) return undefined;
  const args = own(logic, 'if') ?? own(logic, '?:');
  return Object.keys(logic).length === 1 && Array.isArray(args) ? args : undefined;
}

function readServe(logic: unknown, source: Source): Serve {
  const { flag, defaultVariant, conversion } = source;
  if (logic === null || logic === undefined) return defaultVariant;
  if (typeof logic === 'string' || typeof logic === 'boolean') {
    const variant = String(logic);
    if (!Object.hasOwn(flag.variants, variant))
      conversion.reasons.add(`${variant} is no variant, which is an error in flagd`);
    return variant;
  }
  const split = isFields(logic) && Object.keys(logic).length === 1 ? own(logic, 'fractional') : undefined;
  if (split !== undefined) return readSplit(split, source);
  conversion.reasons.add(`the variant is computed: ${shown(logic)}`);
  return null;
}
