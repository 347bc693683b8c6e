import { readFileSync } from 'node:fs';
import type { Json } from './document.ts';
import { bytesOf, readDate, readNetwork, readVersion } from './values.ts';

const { operators, reservedKeys }: OperatorsFile = JSON.parse(
  readFileSync(new URL('../../../spec/operators.json', import.meta.url), 'utf8'),
);

interface OperatorsFile {
  readonly operators: readonly { name: string; operand: string; minValues: number; maxValues: number }[];
  readonly reservedKeys: readonly string[];
}

type Fields = { readonly [field: string]: Json };

/** Whether a flag keeps to the grammar and the limits by itself. */
export function isFlag(flag: unknown, key: string): boolean {
  if (!isFields(flag) || !fits(flag, 1_048_576, 64)) return false;
  const { type, variants } = flag;
  if (!isFields(variants)) return false;
  const names = Object.keys(variants);
  return (
    flag.key === key &&
    isKey(key) &&
    typeof flag.enabled === 'boolean' &&
    ['boolean', 'string', 'integer', 'float', 'object'].includes(type as string) &&
    names.length >= 2 &&
    names.length <= 100 &&
    names.every((name) => isKey(name) && isValue(variants[name], type)) &&
    isVariant(flag.off, names) &&
    isServe(flag.default, names, type) &&
    maybe(flag.requires, (list) => isRequirements(list, names)) &&
    maybe(flag.rules, (rules) => isRules(rules, names, type)) &&
    maybe(flag.salt, isLine) &&
    maybe(flag.semantics, (name) => name === 'burgee-1') &&
    maybe(flag.clientVisible, (visible) => typeof visible === 'boolean') &&
    maybe(flag.needs, (level) => isWhole(level, 1, 1000)) &&
    maybe(flag.metadata, isMetadata) &&
    flag.foreign === undefined
  );
}

export function isSegment(segment: unknown, key: string): boolean {
  const isKeys = (list: Json) =>
    isList(list, 0, 100_000) && list.every((one) => typeof one === 'string' && isBytes(one, 1, 1024));
  return (
    isFields(segment) &&
    fits(segment, 16_777_216, 64) &&
    segment.key === key &&
    isKey(key) &&
    maybe(segment.if, (list) => isConditions(list)) &&
    maybe(segment.include, isKeys) &&
    maybe(segment.exclude, isKeys) &&
    maybe(segment.semantics, (name) => name === 'burgee-1')
  );
}

function isRules(rules: Json, names: readonly string[], type: Json | undefined): boolean {
  if (!isList(rules, 0, 200) || !rules.every(isFields)) return false;
  const ids = rules.map(({ id }) => id);
  return (
    new Set(ids).size === ids.length &&
    ids.every((id) => typeof id === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(id)) &&
    rules.every(
      (rule) =>
        maybe(rule.name, isLine) &&
        maybe(rule.if, (list) => isConditions(list)) &&
        maybe(rule.requires, (list) => isRequirements(list, undefined)) &&
        maybe(rule.rollout, isRollout) &&
        (rule.serve === undefined ? type === 'boolean' && names.includes('on') : isServe(rule.serve, names, type)),
    )
  );
}

/** With `names`, those of the whole flag. */
function isRequirements(list: Json, names: readonly string[] | undefined): boolean {
  const isWide = (key: Json | undefined) =>
    typeof key === 'string' &&
    isBytes(key, 1, 128) &&
    !key.includes('/') &&
    !hasControl(key) &&
    !reservedKeys.includes(key.toLowerCase());
  return (
    isList(list, 0, 20) &&
    list.every(
      (one) =>
        isFields(one) &&
        isWide(one.flag) &&
        isList(one.variants, 1, 100) &&
        one.variants.every(isWide) &&
        maybe(one.else, (served) => names !== undefined && isVariant(served, names)),
    )
  );
}

function isServe(serve: Json | undefined, names: readonly string[], type: Json | undefined): boolean {
  if (serve === undefined || !isFields(serve)) return isVariant(serve, names);
  if (serve.value !== undefined || serve.split === undefined) return isValue(serve.value, type);
  const arms = serve.split;
  if (!isList(arms, 1, 100) || !isHashed(serve)) return false;
  const isArm = (arm: Json) =>
    isList(arm, 2, 3) && names.includes(arm[0] as string) && isWhole(arm[1], 0, 100_000) && maybe(arm[2], isMetadata);
  if (!arms.every(isArm)) return false;
  const weighed = arms as [string, number][];
  const sum = weighed.reduce((weight, [, one]) => weight + one, 0);
  return sum === 100_000 && new Set(weighed.map(([name]) => name)).size === weighed.length;
}

function isRollout(rollout: Json): boolean {
  if (!isFields(rollout)) return isPercent(rollout);
  if (!isHashed(rollout)) return false;
  if (rollout.percent !== undefined) return isPercent(rollout.percent);
  const { from, to, start, end } = rollout;
  const [starts, ends] = [start, end].map((date) => (typeof date === 'string' ? readDate(date) : undefined));
  if (starts === undefined || ends === undefined || starts >= ends) return false;
  return isPercent(from) && isPercent(to) && (from as number) <= (to as number);
}

function isHashed({ by, seed }: Fields): boolean {
  return maybe(by, (names) => isList(names, 1, 5) && names.every(isLine)) && maybe(seed, isLine);
}

/** Lists stand in at most nine others; the segments they name are looked at elsewhere. */
function isConditions(list: Json, deep = 0): boolean {
  if (!isList(list, 0, 100)) return false;
  return list.every((condition) => {
    if (!isFields(condition)) return false;
    const { all, any, none, segment, not } = condition;
    if (['attr', 'segment', 'all', 'any', 'none'].filter((field) => field in condition).length !== 1) return false;
    const group = all ?? any ?? none;
    if (group !== undefined) return deep < 9 && isConditions(group, deep + 1);
    if (!maybe(not, (turned) => typeof turned === 'boolean')) return false;
    return segment === undefined ? isAttribute(condition) : isKey(segment);
  });
}

function isAttribute({ attr, op, values = [], ignoreCase }: Fields): boolean {
  const operator = operators.find(({ name }) => name === op);
  if (operator === undefined || !isLine(attr)) return false;
  if (!isList(values, operator.minValues, operator.maxValues)) return false;
  const types = new Set(values.map((value) => typeof value));
  const folds = operator.operand === 'text' || (operator.operand === 'scalar' && types.has('string'));
  return (
    types.size <= 1 &&
    values.every((value) => isOperand(value, operator.operand)) &&
    (attr !== 'now' || operator.operand === 'date') &&
    maybe(ignoreCase, (folded) => typeof folded === 'boolean' && folds)
  );
}

function isOperand(value: Json, operand: string): boolean {
  if (operand === 'number') return isNumber(value);
  if (operand === 'scalar' && typeof value !== 'string') return typeof value === 'boolean' || isNumber(value);
  if (typeof value !== 'string') return false;
  if (operand === 'date') return readDate(value) !== undefined;
  if (operand === 'version') return readVersion(value) !== undefined;
  if (operand === 'network') return readNetwork(value) !== undefined;
  return isBytes(value, 0, operand === 'pattern' ? 256 : 1024);
}

function isValue(value: Json | undefined, type: Json | undefined): boolean {
  if (value === undefined || !fits(value, 65_536, 32)) return false;
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'float') return isNumber(value);
  if (type === 'object') return isFields(value) && everyField(value, (name) => name !== '__proto__');
  return typeof value === type;
}

function everyField(value: Json, asks: (name: string) => boolean): boolean {
  if (typeof value === 'number') return isNumber(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(
    ([name, inner]) => (Array.isArray(value) || asks(name)) && everyField(inner, asks),
  );
}

function isMetadata(metadata: Json): boolean {
  const isScalar = (value: Json) =>
    typeof value === 'string' ? isBytes(value, 0, 1024) : typeof value === 'boolean' || isNumber(value);
  return (
    isFields(metadata) &&
    Object.keys(metadata).length <= 100 &&
    Object.entries(metadata).every(([name, value]) => isBytes(name, 1, 128) && name !== '__proto__' && isScalar(value))
  );
}

/** Size and levels as the grammar counts them. */
function fits(value: Json, bytes: number, levels: number): boolean {
  return sizeOf(value) <= bytes && levelsOf(value) <= levels;
}

function sizeOf(value: Json): number {
  if (typeof value === 'string') return 2 + bytesOf(value).length;
  if (typeof value === 'number') return 1;
  if (value === false) return 5;
  if (typeof value !== 'object' || value === null) return 4;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + 1 + sizeOf(item), 1);
  return Object.entries(value).reduce((sum, [name, field]) => sum + 4 + bytesOf(name).length + sizeOf(field), 1);
}

function levelsOf(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(levelsOf));
}

function maybe(field: Json | undefined, asks: (field: Json) => boolean): boolean {
  return field === undefined || asks(field);
}

function isVariant(name: Json | undefined, names: readonly string[]): boolean {
  return name === null || (typeof name === 'string' && names.includes(name));
}

function isKey(key: Json | undefined): boolean {
  return typeof key === 'string' && /^[a-z0-9._-]{1,128}$/.test(key) && !reservedKeys.includes(key);
}

function isLine(text: Json | undefined): boolean {
  return typeof text === 'string' && isBytes(text, 1, 256) && !hasControl(text);
}

function hasControl(text: string): boolean {
  return [...text].some((letter) => letter < ' ' || letter === '\u007f');
}

function isBytes(text: string, least: number, most: number): boolean {
  const { length } = bytesOf(text);
  return length >= least && length <= most;
}

function isPercent(percent: Json | undefined): boolean {
  return typeof percent === 'number' && percent >= 0 && percent <= 100 && /^\d+(\.\d{1,3})?$/.test(String(percent));
}

function isNumber(value: Json): boolean {
  return typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}

function isWhole(value: Json | undefined, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: unknown, least: number, most: number): value is Json[] {
  return Array.isArray(value) && value.length >= least && value.length <= most;
}
