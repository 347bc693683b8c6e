import { hash, hashBytes, START } from '../bucket.ts';
import { cbor } from './cbor.ts';
import { compileLogic, isConstant, type Operator } from './compiler.ts';
import { field, isList, isMap, type List, listOf } from './value.ts';
import { spend, type Work } from './work.ts';

/** Which arm a hash falls on; one of flagd's three ways. */
export interface Fractional {
  /** The hash of what a `fractional` gives as its first item; undefined: that is no bucketing value. */
  hashValue(value: unknown): number | undefined;
  hashKey(flagKey: string, targetingKey: string): number;
  /** Whether a null in first place stands for the targeting key. */
  readonly nullIsKey: boolean;
  /** The place of the arm; past the last one: none. */
  choose(hash: number, weights: readonly number[], total: number): number;
}

const textHash = (value: unknown) => (typeof value === 'string' ? hash(START, value) : undefined);
const joinedHash = (flagKey: string, targetingKey: string) => hash(START, flagKey + targetingKey);

/** Before flagd 0.15: a share of the absolute value of the hash as a signed integer. */
export const fractional1: Fractional = {
  hashValue: textHash,
  hashKey: joinedHash,
  nullIsKey: true,
  choose: (bits, weights, total) => {
    const bucket = (Math.abs(bits | 0) / 2_147_483_647) * 100;
    let end = 0;
    return weights.findIndex((weight) => {
      end += (100 * weight) / total;
      return bucket < end;
    });
  },
};

/** flagd 0.15 to 0.17: the hash multiplied and shifted into the sum of the weights. */
export const fractional2: Fractional = {
  hashValue: textHash,
  hashKey: joinedHash,
  nullIsKey: true,
  choose: multiplyAndShift,
};

/** As before, with the hash of the deterministic CBOR of any value but null and lists. */
export const fractional3: Fractional = {
  hashValue: (value) => (isList(value) || value === null ? undefined : hashCbor(value)),
  hashKey: (flagKey, targetingKey) => hashCbor([flagKey, targetingKey]),
  nullIsKey: false,
  choose: multiplyAndShift,
};

function hashCbor(value: unknown): number {
  return hashBytes(START, Array.from(cbor(value), (byte) => String.fromCharCode(byte)).join(''));
}

function multiplyAndShift(bits: number, weights: readonly number[], total: number): number {
  // 32 and 31 bits are more than a double holds: the halves of the hash are multiplied apart, each exactly.
  const high = (bits >>> 16) * total;
  const low = (bits & 0xffff) * total;
  const bucket = Math.floor((high + Math.floor(low / 0x1_0000)) / 0x1_0000);
  let end = 0;
  return weights.findIndex((weight) => {
    end += weight;
    return bucket < end;
  });
}

export function fractionalOperator(way: Fractional): Operator {
  return (args, compiler) => {
    if (compiler.atRoot) compiler.note(['targetingKey']);
    const values = compileLogic(args, compiler);
    const [first, ...others] = isList(args) ? args.map((one) => compileLogic(one, compiler)) : [];
    if (first === undefined || !others.every(isConstant)) {
      return (data, work) => {
        const list = values(data, work);
        return isList(list)
          ? distribute({ way, first: list[0] ?? null, arms: (rest) => readArms(list.slice(rest)) }, data, work)
          : null;
      };
    }
    // Only the bucketing value has to be looked up: the arms are read ahead.
    const all = listOf(args);
    const ahead = [isConstant(first) ? readArms(all) : undefined, readArms(all.slice(1))];
    return (data, work) => {
      const value = first(data, work) ?? null;
      const arms = (rest: number) =>
        rest === 1 || isConstant(first) ? ahead[rest] : readArms([value, ...all.slice(1)]);
      return distribute({ way, first: value, arms }, data, work);
    };
  };
}

interface Distribution {
  readonly way: Fractional;
  readonly first: unknown;
  /** Those from the first item on, or from the one after it. */
  arms(rest: 0 | 1): Arms | undefined;
}

function distribute({ way, first, arms: read }: Distribution, data: unknown, work: Work): unknown {
  if (!isMap(data) || (first === null && !way.nullIsKey)) return null;
  const given = way.hashValue(first);
  const key = given === undefined ? field(data, 'targetingKey') : undefined;
  if (given === undefined && (typeof key !== 'string' || key === '')) return null;
  const arms = read(given !== undefined || first === null ? 1 : 0);
  if (arms === undefined || arms.total === 0) return null;
  spend(work, arms.weights.length);
  const bits = given ?? way.hashKey(flagKeyOf(data, work), key as string);
  const chosen = way.choose(bits, arms.weights, arms.total);
  return chosen === -1 ? '' : arms.variants[chosen];
}

/** An item of a list has no key of a flag, unless it brings one. */
function flagKeyOf(data: { readonly [name: string]: unknown }, work: Work): string {
  const { flagKey } = work.flagd;
  if (data === work.root) return flagKey;
  const own = field(data, '$flagd');
  const ownKey = isMap(own) ? field(own, 'flagKey') : null;
  return typeof ownKey === 'string' ? ownKey : '';
}

interface Arms {
  readonly variants: readonly unknown[];
  readonly weights: readonly number[];
  readonly total: number;
}

const MOST = 2_147_483_647;

/** undefined: one of them is wrong, and so is the whole. */
function readArms(items: List): Arms | undefined {
  const variants: unknown[] = [];
  const weights: number[] = [];
  let total = 0;
  for (const item of items) {
    if (!isList(item) || item.length === 0) return undefined;
    const variant = item[0] ?? null;
    const weight = item[1] ?? 1;
    if (typeof variant === 'object' && variant !== null) return undefined;
    if (typeof weight !== 'number' || !Number.isInteger(weight)) return undefined;
    if (weight > MOST || weight < -(2 ** 63)) return undefined;
    variants.push(variant);
    weights.push(Math.max(weight, 0));
    total += Math.max(weight, 0);
  }
  return total > MOST ? undefined : { variants, weights, total };
}
