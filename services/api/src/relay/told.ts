import { applyPatch, type Message, type RawRuleset as ReceivedRuleset, readRuleset } from '@burgee/client/relay';
import type { StoredKey } from '../access/key-source.ts';
import { rulesetLimits } from '../ruleset/raw-ruleset.ts';

/** What a relay was told about an environment so far. */
export interface Told {
  /** As it stands after the patches that fitted; undefined: nothing yet. */
  readonly ruleset: ReceivedRuleset | undefined;
  /** Undefined: nothing yet. */
  readonly keys: readonly StoredKey[] | undefined;
  readonly auditHead: string | null;
}

export const nothingTold: Told = { ruleset: undefined, keys: undefined, auditHead: null };

/**
 * Takes one event of a ruleset stream, or the answer to a poll; undefined when it makes no sense, such as a patch for
 * another version than the one that is held: then everything is to be asked for.
 */
export function hear(told: Told, { event, data }: Message, environmentId: string): Told | undefined {
  switch (event) {
    case 'ruleset':
      return heardWhole(told, data, environmentId);
    case 'patch': {
      const ruleset = applyPatch(data, told.ruleset);
      return ruleset === undefined || ruleset === 'gap' ? undefined : { ...told, ruleset };
    }
    case 'keys':
      return withKeys(told, bodyOf(data).keys, environmentId);
    case 'head': {
      const { auditHead } = bodyOf(data);
      return { ...told, auditHead: typeof auditHead === 'string' ? auditHead : null };
    }
    default:
      return told; // a newer upstream says more
  }
}

/** A poll's answer has the keys beside the ruleset, a stream has them in an event of their own. */
function heardWhole(told: Told, data: string, environmentId: string): Told | undefined {
  if (data.length > rulesetLimits.bytes) return undefined;
  const read = readRuleset(data) as (ReceivedRuleset & { readonly keys?: unknown }) | undefined;
  if (read === undefined || Object.keys(read.flags).length > rulesetLimits.flags) return undefined;
  const { keys, ...ruleset } = read;
  return keys === undefined ? { ...told, ruleset } : withKeys({ ...told, ruleset }, keys, environmentId);
}

function withKeys(told: Told, list: unknown, environmentId: string): Told | undefined {
  if (!Array.isArray(list)) return undefined;
  const keys = list.map((item: unknown) => keyIn(item, environmentId));
  return keys.includes(undefined) ? undefined : { ...told, keys: keys as StoredKey[] };
}

function keyIn(item: unknown, environmentId: string): StoredKey | undefined {
  const { id, kind, name, hash, expiresAt } = (item ?? {}) as Record<string, unknown>;
  const isKnownKind = kind === 'client' || kind === 'server';
  if (typeof id !== 'string' || !isKnownKind || typeof name !== 'string') return undefined;
  if (typeof hash !== 'string' || !sha256.test(hash)) return undefined;
  return { id, environmentId, kind, name, hash, expiresAt: typeof expiresAt === 'number' ? expiresAt : null };
}

const sha256 = /^[0-9a-f]{64}$/;

function bodyOf(data: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(data);
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
