import type { SemanticsName } from '@burgee/evaluator';
import { contextsOf } from './flagd/contexts.ts';
import { readDocument } from './flagd/document.ts';
import { inliner } from './flagd/evaluators.ts';
import { readFile } from './flagd/read-file.ts';
import { readFlag } from './flagd/read-flag.ts';
import { targetingFindings } from './flagd/targeting.ts';
import type { Finding, Imported, ImportedFlag, Importer, ImportInput } from './imported.ts';

/**
 * Reads a flag file of flagd, JSON or YAML, with its flags as an object or as a list.
 *
 * A flag keeps its definition verbatim, with the references to `$evaluators` replaced. What flagd only warns about and
 * decides all the same is a warning here, with its path; what would stop flagd from loading the file refuses the file.
 */
export const flagd: Importer = {
  format: 'flagd',
  references: ['flagd-2', 'flagd-1', 'flagd-3'],
  read,
  contexts: ({ text }, count, seed) => contextsOf(readDocument(text).content, count, seed),
};

function read({ text, reference = flagd.references[0] }: ImportInput): Imported {
  const document = readDocument(text);
  const { entries, metadata, faults } = readFile(document);
  const refused: Finding[] = [...faults];
  const warnings: Finding[] = [];
  const flags: ImportedFlag[] = [];
  const seen = new Set<string>();
  const reader = {
    document,
    inliner: inliner(document.content),
    metadata,
    reference: known(reference),
    refuse: ({ key, path }: { key: string; path: string }, inside: string, message: string) => {
      refused.push({ key, path: inside === '' ? path : `${path}.${inside}`, message });
    },
  };
  for (const entry of faults.length > 0 ? [] : entries) {
    const { key, path } = entry;
    if (seen.has(key)) reader.refuse(entry, 'key', 'the file has a flag of this key already');
    const flag = seen.has(key) ? undefined : readFlag(entry, reader);
    seen.add(key);
    if (flag === undefined) continue;
    flags.push({ flag, kind: 'release', description: '', tags: [] });
    warnings.push(...targetingFindings(flag.foreign, key, path));
  }
  return { format: 'flagd', reference: reader.reference, flags, segments: [], refused, warnings };
}

function known(reference: SemanticsName): SemanticsName {
  if (flagd.references.includes(reference)) return reference;
  throw new TypeError(`flagd has no reference ${reference}; known: ${flagd.references.join(', ')}`);
}
