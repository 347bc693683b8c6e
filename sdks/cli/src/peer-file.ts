import type { Imported } from '@burgee/importers';
import { CliError, exitCodes } from './errors.ts';

/**
 * What the other system's SDK is given of a file: JSON in the one form that it reads.
 *
 * @throws CliError where the file holds something that no SDK reads
 */
export function peerFile(imported: Imported, text: string): string {
  switch (imported.format) {
    case 'unleash':
      return unleashFile(JSON.parse(text) as Json);
    case 'growthbook':
      return growthbookFile(JSON.parse(text) as Json, text);
    case 'flagd':
      return flagdFile(imported, text);
  }
}

type Json = Readonly<Record<string, unknown>>;

function unleashFile(file: Json): string {
  if (Array.isArray(file.featureStrategies) || Array.isArray(file.featureEnvironments)) {
    throw noProof(
      'an export of Unleash’s server',
      'Take the answer of /api/client/features, for a client token of the environment.',
    );
  }
  const { features, segments } = Array.isArray(file.events) ? folded(file.events as Json[]) : file;
  return JSON.stringify({ version: 2, features: features ?? [], segments: segments ?? [] });
}

/** One event after the other, as a client takes them. */
function folded(events: readonly Json[]): Json {
  const features = new Map<unknown, unknown>();
  const segments = new Map<unknown, unknown>();
  for (const event of events) {
    const { type, feature, segment } = event as { type: string; feature?: Json; segment?: Json };
    if (type === 'hydration') {
      features.clear();
      segments.clear();
      for (const one of (event.features ?? []) as Json[]) features.set(one.name, one);
      for (const one of (event.segments ?? []) as Json[]) segments.set(one.id, one);
    } else if (type === 'feature-updated') features.set(feature?.name, feature);
    else if (type === 'feature-removed') features.delete(event.featureName);
    else if (type === 'segment-updated') segments.set(segment?.id, segment);
    else if (type === 'segment-removed') segments.delete(event.segmentId);
  }
  return { features: [...features.values()], segments: [...segments.values()] };
}

function growthbookFile(file: Json, text: string): string {
  if (!Array.isArray(file.variations)) return text;
  throw noProof('a single experiment', 'Take the payload of an SDK connection.');
}

/**
 * Without the flags that are refused, for any of which the SDK may take none at all. YAML, and flags as a list, are
 * rebuilt from what was read: the SDK takes an object of JSON.
 */
function flagdFile({ flags }: Imported, text: string): string {
  const kept = new Set(flags.map(({ flag }) => flag.key));
  try {
    const file = JSON.parse(text) as Json;
    if (!Array.isArray(file.flags)) {
      const carried = Object.entries(file.flags as Json).filter(([key]) => kept.has(key));
      return JSON.stringify({ ...file, flags: Object.fromEntries(carried) });
    }
  } catch {
    // YAML
  }
  return JSON.stringify({ flags: Object.fromEntries(flags.map(({ flag }) => [flag.key, flag.foreign])) });
}

function noProof(what: string, fix: string): CliError {
  return new CliError('NO_PROOF', `this is ${what}, which the SDK does not read`, { fix, exitCode: exitCodes.usage });
}
