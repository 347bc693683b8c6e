import { instantOf } from './grammar.ts';
import { conditions, date } from './parse-condition.ts';
import {
  at,
  type Check,
  fault,
  fieldOf,
  isRecord,
  isText,
  key,
  list,
  object,
  optional,
  type Place,
  text,
  typed,
  typeName,
} from './parse-json.ts';
import { hashed, serve, variant, variantOrNull } from './parse-serve.ts';

const requirement = {
  flag: key('key', () => true),
  variants: list(
    key('variant name', () => true),
    1,
    100,
    'variants',
  ),
};

/** The requirements of the whole flag. */
export const requirements: Check = list(
  object({ ...requirement, else: optional(variantOrNull) }),
  0,
  20,
  'requirements',
);

const ofRule: Check = object({
  ...requirement,
  else: optional((_, place) => fault(place, 'else counts only for the requirements of the whole flag')),
});

const rule: Check = object({
  id: ruleId,
  name: optional(text(256)),
  if: optional(conditions),
  requires: optional(list(ofRule, 0, 20, 'requirements')),
  rollout: optional(rollout),
  serve: serveOfRule,
});

export const rules: Check = (value, place) => {
  const ids = new Set<unknown>();
  const check: Check = (item, here) => {
    rule(item, here);
    const id = isRecord(item) ? fieldOf(item, 'id') : undefined;
    if (typeof id === 'string' && ids.has(id)) fault(at(here, 'id'), 'two rules have this id');
    ids.add(id);
  };
  list(check, 0, 200, 'rules')(value, place);
};

function ruleId(id: unknown, place: Place): void {
  if (isText(id, place) && !/^[A-Za-z0-9_-]{1,64}$/.test(id as string)) {
    fault(place, 'rule id has 1 to 64 of A-Z a-z 0-9 _ -');
  }
}

function serveOfRule(value: unknown, place: Place): void {
  if (value !== undefined) serve(value, place);
  else if (place.type === 'boolean') variant('on', place);
  else fault(place, 'is missing: only a boolean flag may leave it out');
}

function rollout(value: unknown, place: Place): void {
  if (typeof value === 'number') percent(value, place);
  else if (!isRecord(value)) fault(place, `expected percentage or ramp, got ${typeName(value)}`);
  else (Object.hasOwn(value, 'percent') ? share : ramp)(value, place);
}

/** With three decimals at most, a thousand times the percentage is a whole number of buckets. */
function isPercent(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 100 && Math.round(value * 1000) / 1000 === value;
}

function percent(value: unknown, place: Place): void {
  if (typed('number')(value, place) && !isPercent(value))
    fault(place, 'a percentage is 0 to 100 with at most 3 decimals');
}

const share: Check = object({ percent, ...hashed });
const rampFields: Check = object({ from: percent, to: percent, start: date, end: date, ...hashed });

function ramp(value: unknown, place: Place): void {
  rampFields(value, place);
  const [from, to, start, end] = ['from', 'to', 'start', 'end'].map((name) =>
    fieldOf(value as Record<string, unknown>, name),
  );
  if (isPercent(from) && isPercent(to) && to < from) fault(at(place, 'to'), 'a ramp only rises: to is below from');
  if ((momentOf(end) ?? Number.NaN) <= (momentOf(start) ?? Number.NaN)) {
    fault(at(place, 'end'), 'the end must come after the start');
  }
}

function momentOf(date: unknown): number | undefined {
  return typeof date === 'string' ? instantOf(date) : undefined;
}
