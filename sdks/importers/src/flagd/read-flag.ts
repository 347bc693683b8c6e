import { type Flag, type Json, parseFlag, type SemanticsName, type ValueType } from '@burgee/evaluator';
import { type Document, type Fields, isFields, own } from './document.ts';
import type { Inliner } from './evaluators.ts';
import type { FlagEntry } from './read-file.ts';

type Metadata = NonNullable<Flag['metadata']>;

export interface FlagReader {
  readonly document: Document;
  readonly inliner: Inliner;
  readonly metadata: Fields;
  readonly reference: SemanticsName;
  /** Says why a flag is not taken over, and where in the file that stands. */
  refuse(entry: FlagEntry, path: string, message: string): void;
}

/** A flag as flagd has it, in the form that Burgee decides; undefined: refused. */
export function readFlag(entry: FlagEntry, reader: FlagReader): Flag | undefined {
  const { key, source } = entry;
  let refused = false;
  const refuse = (path: string, message: string) => {
    refused = true;
    reader.refuse(entry, path, message);
  };
  const state = own(source, 'state');
  if (state !== 'ENABLED' && state !== 'DISABLED') refuse('state', 'neither ENABLED nor DISABLED');
  const type = typeOf(own(source, 'variants'), reader.document, refuse);
  const metadata = mergedMetadata(reader.metadata, own(source, 'metadata'), refuse);
  const foreign = reader.inliner.inline(source, (message) => refuse('', message));
  if (refused || type === undefined || !isFields(foreign)) return undefined;
  const flag = {
    key,
    enabled: state === 'ENABLED',
    type,
    variants: foreign.variants,
    off: null,
    default: null,
    semantics: reader.reference,
    foreign: foreign as Json,
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
  const parsed = parseFlag(flag);
  if (parsed.ok) return parsed.flag;
  for (const { path, message } of parsed.problems) reader.refuse(entry, path.replace(/^foreign\.?/, ''), message);
  return undefined;
}

type Refuse = (path: string, message: string) => void;

/** The type that all values have; numbers are floats where one of them has a fraction or is written with a point. */
function typeOf(variants: unknown, document: Document, refuse: Refuse): ValueType | undefined {
  const values = isFields(variants) ? Object.entries(variants) : [];
  const [first] = values;
  if (!isFields(variants) || first === undefined) {
    refuse('variants', 'there are no variants');
    return undefined;
  }
  const kinds = values.map(([name, value]) => [name, kindOf(value)] as const);
  const kind = kinds[0]?.[1];
  const other = kinds.find(([, one]) => one !== kind);
  if (other !== undefined) {
    refuse(`variants.${other[0]}`, `variants of different types: ${first[0]} is ${kind}, ${other[0]} is ${other[1]}`);
    return undefined;
  }
  if (kind === 'null') refuse(`variants.${first[0]}`, 'a variant can not be null');
  if (kind !== 'number') return kind as ValueType;
  const isFloat = values.some(([name, value]) => !Number.isInteger(value) || document.isFloat(variants, name));
  return isFloat ? 'float' : 'integer';
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

/** Those of the flag over those of the flag set; null takes nothing away. */
function mergedMetadata(flagSet: Fields, flag: unknown, refuse: Refuse): Metadata {
  const own = Object.entries(isFields(flag) ? flag : {}).filter(([, value]) => value !== null);
  const inherited = Object.entries(flagSet).filter(([, value]) => value !== null);
  for (const [name, value] of [...inherited, ...own]) {
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      refuse(`metadata.${name}`, 'metadata are texts, numbers and booleans');
    }
  }
  return Object.fromEntries([...inherited, ...own]) as Metadata;
}
