import { groupOf } from './match.ts';
import type { Condition, Flag, Problem, Segment } from './ruleset.ts';

const DEPTH_LIMIT = 10;
/** Others that one decision may have to ask; keeps wide graphs from multiplying. */
const WORK_LIMIT = 1000;

/** Which keys name which; all of them are keys of the map. */
type Edges = ReadonlyMap<string, readonly string[]>;

/** What is named, and where it stands; `namesOf` may name what is not there. */
export interface Naming<Definition> {
  readonly namesOf: (definition: Definition) => readonly string[];
  readonly noun: string;
  readonly path: string;
}

/** The faults that are known, and those of others for what they name: a cycle, too deep or too costly. */
export function problemsOf<Definition>(
  definitions: ReadonlyMap<string, Definition>,
  known: ReadonlyMap<string, readonly Problem[]>,
  { namesOf, noun, path }: Naming<Definition>,
): Map<string, readonly Problem[]> {
  const problems = new Map(known);
  const edges = edgesOf(definitions, problems, namesOf);
  const fault = (key: string, message: string) => problems.set(key, [{ path, message: `${noun} ${message}` }]);
  const order = visited(edges, [...edges.keys()], new Set());
  const back = turned(edges);
  const seen = new Set<string>();
  // Kosaraju: from the last that was left, against the edges, only those on a cycle with it are reached.
  for (const key of [...order].reverse()) {
    const component = visited(back, [key], seen);
    const isCycle = component.length > 1 || edges.get(key)?.includes(key);
    if (isCycle) for (const member of component) fault(member, `in a cycle through ${member}`);
  }
  const costs = new Map<string, readonly [depth: number, work: number]>();
  for (const key of order) {
    let depth = 0;
    let work = 0;
    if (!problems.has(key))
      for (const other of edges.get(key) ?? []) {
        const [further, more] = costs.get(other) ?? [0, 0];
        depth = Math.max(depth, 1 + further);
        work += 1 + more;
      }
    costs.set(key, [depth, work]);
    if (depth > DEPTH_LIMIT) fault(key, 'at most 10 deep');
    else if (work > WORK_LIMIT) fault(key, 'that cost more than 1,000 evaluations');
  }
  return problems;
}

function edgesOf<Definition>(
  definitions: ReadonlyMap<string, Definition>,
  problems: ReadonlyMap<string, unknown>,
  namesOf: (definition: Definition) => readonly string[],
): Edges {
  const sound = [...definitions].filter(([key]) => !problems.has(key));
  const edges = new Map<string, readonly string[]>(sound.map(([key]) => [key, []]));
  for (const [key, definition] of sound) {
    try {
      edges.set(
        key,
        namesOf(definition).filter((name) => edges.has(name)),
      );
    } catch {
      // It does not compile, whatever it names.
    }
  }
  return edges;
}

/** What flags require, and their rules. */
export const prerequisites: Naming<Flag> = {
  namesOf: ({ requires = [], rules = [] }) =>
    [requires, ...rules.map((rule) => rule.requires ?? [])].flat().map(({ flag }) => flag),
  noun: 'prerequisites',
  path: 'requires',
};

/** What segments ask for. */
export const nested: Naming<Segment> = {
  namesOf: ({ if: conditions = [] }) => segmentsIn(conditions),
  noun: 'segments',
  path: 'if',
};

function segmentsIn(conditions: readonly Condition[]): string[] {
  return conditions.flatMap((condition) => {
    if ('segment' in condition) return condition.segment;
    return 'attr' in condition ? [] : segmentsIn(groupOf(condition)[1]);
  });
}

/** All keys that are reached for the first time, each after those that it reaches, unless they lie on a cycle. */
function visited(edges: Edges, starts: readonly string[], seen: Set<string>): string[] {
  const left: string[] = [];
  const stack: (string | readonly [done: string])[] = [...starts];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (typeof top !== 'string') left.push(top[0]);
    else if (!seen.has(top)) {
      seen.add(top);
      stack.push([top]);
      for (const other of edges.get(top) ?? []) stack.push(other);
    }
  }
  return left;
}

/** The same edges the other way round, between the same keys. */
function turned(edges: Edges): Edges {
  const back = new Map<string, string[]>([...edges.keys()].map((key) => [key, []]));
  for (const [key, others] of edges) for (const other of others) back.get(other)?.push(key);
  return back;
}
