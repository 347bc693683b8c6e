import type { Pattern } from './pattern.ts';
import { Refused } from './refused.ts';

/** Whether a pattern is found anywhere in a text. */
export type Finder = (subject: string) => boolean;

/** States, and the parts that may be built on the way to them: repeats of nothing have no state. */
const STATE_LIMIT = 2500;
const PART_LIMIT = 20_000;

/**
 * Runs a pattern by following all its ways at once, so the time is that of the text's length times the states'.
 * Each look-around is settled ahead for all places of the text, those inside others first.
 */
export function compileAutomaton(pattern: Pattern, flags: string): Finder {
  const builder: Builder = { flags, looks: [], parts: 0, states: 0 };
  const main = buildAutomaton(pattern, true, builder);
  const { looks } = builder;
  return (subject) => {
    const places = looks.map(() => new Uint8Array(subject.length + 1));
    const text = { subject, places };
    for (const [i, look] of looks.entries()) run(look, text, places[i]);
    return run(main, text, undefined);
  };
}

type State =
  | { readonly kind: 'unit'; readonly matches: (unit: number) => boolean; readonly next: number }
  | { readonly kind: 'split'; first: number; second: number }
  | { readonly kind: 'check'; readonly holds: Check; readonly next: number }
  | { readonly kind: 'match' };

type Check = (text: Text, place: number) => boolean;

interface Text {
  readonly subject: string;
  /** For each look-around the places where its body matches. */
  readonly places: readonly Uint8Array[];
}

interface Automaton {
  readonly states: readonly State[];
  readonly start: number;
  readonly forward: boolean;
}

interface Builder {
  readonly flags: string;
  /** In the order in which they can be settled. */
  readonly looks: Automaton[];
  parts: number;
  states: number;
}

function buildAutomaton(pattern: Pattern, forward: boolean, builder: Builder): Automaton {
  const states: State[] = [{ kind: 'match' }];
  const add = (state: State): number => {
    if (++builder.states > STATE_LIMIT) throw new Refused('counted repeats multiply to too large a pattern');
    return states.push(state) - 1;
  };
  const build = (part: Pattern, next: number): number => {
    if (++builder.parts > PART_LIMIT) throw new Refused('counted repeats multiply to too large a pattern');
    if (part.kind === 'atom') return add({ kind: 'unit', matches: unitTest(part.source, builder.flags), next });
    if (part.kind === 'edge') return add({ kind: 'check', holds: EDGES[part.edge], next });
    if (part.kind === 'look') return add({ kind: 'check', holds: compileLook(part, builder), next });
    if (part.kind === 'repeat') return buildRepeat(part, next);
    if (part.kind === 'choice') {
      return part.parts
        .map((one) => build(one, next))
        .reduceRight((second, first) => add({ kind: 'split', first, second }));
    }
    const parts = forward ? [...part.parts].reverse() : part.parts;
    return parts.reduce((after, one) => build(one, after), next);
  };
  const buildRepeat = ({ body, least, most }: Pattern & { kind: 'repeat' }, next: number): number => {
    let entry = next;
    if (most === Number.POSITIVE_INFINITY) {
      entry = add({ kind: 'split', first: next, second: next });
      const loop = states[entry] as State & { kind: 'split' };
      loop.first = build(body, entry);
    } else {
      for (let i = least; i < most; i++) entry = add({ kind: 'split', first: build(body, entry), second: next });
    }
    for (let i = 0; i < least; i++) entry = build(body, entry);
    return entry;
  };
  return { states, start: build(pattern, 0), forward };
}

/** A look ahead is run from its ends backwards, a look behind forwards: either marks all its places in one pass. */
function compileLook({ body, ahead, negative }: Pattern & { kind: 'look' }, builder: Builder): Check {
  const automaton = buildAutomaton(body, !ahead, builder);
  const index = builder.looks.push(automaton) - 1;
  return ({ places }, place) => (places[index]?.[place] === 1) !== negative;
}

const EDGES: Readonly<Record<'start' | 'end' | 'word' | 'notWord', Check>> = {
  start: (_text, place) => place === 0,
  end: ({ subject }, place) => place === subject.length,
  word: ({ subject }, place) => isWord(subject, place - 1) !== isWord(subject, place),
  notWord: ({ subject }, place) => isWord(subject, place - 1) === isWord(subject, place),
};

function isWord(subject: string, place: number): boolean {
  return /\w/.test(subject.charAt(place));
}

/** One character, class or escape is left to JavaScript itself: on a single unit nothing can go back. */
function unitTest(source: string, flags: string): (unit: number) => boolean {
  const one = new RegExp(`^(?:${source})$`, flags);
  const ascii: (boolean | undefined)[] = [];
  return (unit) => {
    if (unit > 127) return one.test(String.fromCharCode(unit));
    ascii[unit] ??= one.test(String.fromCharCode(unit));
    return ascii[unit];
  };
}

/** Marks all places where the pattern's far end is, or tells whether there is any. */
function run({ states, start, forward }: Automaton, text: Text, marks: Uint8Array | undefined): boolean {
  const { subject } = text;
  const { length } = subject;
  const seen = new Int32Array(states.length).fill(-1);
  let waiting: number[] = [];
  for (let step = 0; step <= length; step++) {
    const place = forward ? step : length - step;
    const active = [start, ...waiting];
    waiting = [];
    const unit = subject.charCodeAt(forward ? place : place - 1);
    for (let index = active.pop(); index !== undefined; index = active.pop()) {
      if (seen[index] === step) continue;
      seen[index] = step;
      const state = states[index] as State;
      if (state.kind === 'split') active.push(state.second, state.first);
      else if (state.kind === 'check') {
        if (state.holds(text, place)) active.push(state.next);
      } else if (state.kind === 'unit') {
        if (step < length && state.matches(unit)) waiting.push(state.next);
      } else if (marks === undefined) return true;
      else marks[place] = 1;
    }
  }
  return false;
}
