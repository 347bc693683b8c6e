import type { SemanticsName } from '@burgee/evaluator';
import { growthbookContexts } from './growthbook/contexts.ts';
import { isObject, type Payload, parentsOf, readDocument } from './growthbook/document.ts';
import { experimentFeature, readFeature } from './growthbook/flag.ts';
import { warningsOf } from './growthbook/warnings.ts';
import type { Finding, Imported, ImportedFlag, Importer } from './imported.ts';

/**
 * What GrowthBook sends to its SDKs, `{ features, savedGroups }`, or a single experiment; each feature is kept as it came.
 *
 * `growthbook-1` decides as SDKs of specification 0.8 do (JavaScript 1.x), `growthbook-2` as those of 0.12 (Go 0.7, Python 4).
 */
export const growthbook: Importer = {
  format: 'growthbook',
  references: ['growthbook-1', 'growthbook-2'],
  read: ({ text, reference = 'growthbook-1' }) => {
    const payload = readDocument(text);
    const isKnown = growthbook.references.includes(reference);
    const whole = isKnown ? encryptedParts(payload) : [notOurs(reference)];
    const read = whole.length > 0 ? { flags: [], refused: whole } : readAll(payload, reference);
    return {
      format: 'growthbook',
      reference,
      segments: [],
      ...read,
      warnings: warningsOf(payload, read.flags, reference),
    };
  },
  contexts: growthbookContexts,
};

function notOurs(reference: SemanticsName): Finding {
  return { key: '', path: '', message: `GrowthBook's features never followed ${reference}` };
}

function encryptedParts({ encrypted }: Payload): Finding[] {
  const message = 'encrypted: open it with the key first, by decryptGrowthbookPayload';
  return encrypted.map((path) => ({ key: '', path, message }));
}

function readAll(payload: Payload, reference: SemanticsName): Pick<Imported, 'flags' | 'refused'> {
  const { experiment, features } = payload;
  const alone = experiment && experimentFeature(experiment);
  const sources = Object.entries(features).map(([key, feature]) => ({ key, feature, at: `features.${key}` }));
  if (alone !== undefined) sources.push({ ...alone, at: '' });
  const flags = new Map<string, ImportedFlag>();
  const refused: Finding[] = [];
  for (const { key, feature, at } of sources) {
    const read = readFeature(key, feature, payload, reference);
    if (flags.delete(key)) refused.push({ key, path: 'key', message: 'a feature and the experiment have this key' });
    else if ('flag' in read) flags.set(key, read.flag);
    else refused.push(...read.faults.map(({ path, message }) => ({ key, path: joined(at, path), message })));
  }
  refuseDependents(flags, refused);
  return { flags: [...flags.values()], refused };
}

function joined(at: string, path: string): string {
  return [at, path].filter((part) => part !== '').join('.');
}

/** A feature without one that it asks for would decide otherwise, so it is refused with it. */
function refuseDependents(flags: Map<string, ImportedFlag>, refused: Finding[]): void {
  const gone = new Set(refused.map(({ key }) => key));
  for (const lost of gone) {
    for (const [key, { flag }] of flags) {
      if (!parentsOf(isObject(flag.foreign) ? flag.foreign : {}).includes(lost)) continue;
      flags.delete(key);
      gone.add(key);
      refused.push({ key, path: `features.${key}`, message: `asks for feature ${lost}, which is refused` });
    }
  }
}
