import type { Flag, Json, Ruleset, SemanticsName } from '@burgee/evaluator';
import { CanNotHold, type Exported } from './export/exported.ts';
import { definitionOf } from './export/flagd-flag.ts';
import { isFields, own } from './flagd/document.ts';
import type { Finding } from './imported.ts';

/**
 * Writes the flags of a ruleset that flagd can hold exactly, as a flag file.
 *
 * Exactly: for contexts whose attributes have the types that the conditions ask for, since flagd knows no error for
 * others, and whose targeting keys do not end in white space, which flagd cuts off before it hashes.
 *
 * @param reference  which flagd reads the file; only `flagd-2` hashes as Burgee does
 */
export function exportFlagd(ruleset: Ruleset, reference: SemanticsName = 'flagd-2'): Exported {
  const refused: Finding[] = [];
  const warnings: Finding[] = [];
  const flags: Record<string, Json> = {};
  const floats = new Set<Json>();
  for (const [key, flag] of Object.entries(ruleset.flags)) {
    const warn = (path: string, message: string) => warnings.push({ key, path, message });
    try {
      const fault = ruleset.faults?.flags[key]?.[0];
      if (fault !== undefined) throw new CanNotHold(fault.path, `the flag has a fault: ${fault.message}`);
      const definition = flag.semantics?.startsWith('flagd-')
        ? verbatim(flag, reference)
        : definitionOf(flag, { ruleset, reference, warn });
      Object.defineProperty(flags, key, { value: definition, enumerable: true, configurable: true, writable: true });
      if (flag.type === 'float') floats.add(definition.variants as Json);
    } catch (error) {
      if (!(error instanceof CanNotHold)) throw error;
      refused.push({ key, path: error.path, message: error.message });
    }
  }
  return { text: write({ flags }, floats), refused, warnings };
}

type Definition = { readonly [name: string]: Json };

/** A flag that came from flagd goes back as it came, with what has been switched since. */
function verbatim(flag: Flag, reference: SemanticsName): Definition {
  const { foreign, semantics, variants, metadata, enabled } = flag;
  if (!isFields(foreign)) throw new CanNotHold('foreign', 'not a flag of flagd');
  if (semantics !== reference && holdsFractional(own(foreign, 'targeting'))) {
    throw new CanNotHold('foreign.targeting', `its fractional hashes as ${semantics} does, not as ${reference}`);
  }
  const { key: _key, ...definition } = foreign;
  return {
    ...(definition as Definition),
    state: enabled ? 'ENABLED' : 'DISABLED',
    variants,
    ...(metadata && { metadata }),
  };
}

function holdsFractional(logic: unknown): boolean {
  const rest: unknown[] = [logic];
  while (rest.length > 0) {
    const next = rest.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (!Array.isArray(next) && Object.hasOwn(next, 'fractional')) return true;
    for (const value of Object.values(next)) rest.push(value);
  }
  return false;
}

/** Whole numbers among floats keep their point, by which the type of a flag is told. */
function write(file: { readonly flags: Definition }, floats: ReadonlySet<Json>): string {
  const plain = JSON.stringify(file);
  let mark = 'float:';
  while (plain.includes(mark)) mark += ':';
  const marked = JSON.stringify(
    file,
    function (this: Json, _name, value) {
      return floats.has(this) && Number.isInteger(value) ? `${mark}${value}` : value;
    },
    2,
  );
  return marked.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1.0');
}
