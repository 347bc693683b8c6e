import type { Problem } from './ruleset.ts';

const DEPTH_LIMIT = 10;
/** Others that one decision may have to ask; keeps wide graphs from multiplying. */
const WORK_LIMIT = 1000;

/** Which keys name which; all of them are keys of the map. */
type Edges = ReadonlyMap<string, readonly string[]>;

/**
 * What is wrong with definitions for the others that they name: a cycle, too deep or too costly.
 *
 * @param namesOf  may throw for what does not compile anyway, and may name what is not there
 * @param noun     the word for what is named
 */
export function graphFaults<Definition>(
  definitions: ReadonlyMap<string, Definition>,
  namesOf: (definition: Definition) => readonly string[],
  noun: string,
  path: string,
): Map<string, Problem> {
  const edges: Edges = new Map(
    [...definitions].map(([key, definition]) => {
      try {
        return [key, namesOf(definition).filter((name) => definitions.has(name))];
      } catch {
        return [key, []];
      }
    }),
  );
  const faults = new Map<string, Problem>();
  const fault = (key: string, message: string) => faults.set(key, { path, message: `${noun} ${message}` });
  const order = visited(edges, [...edges.keys()], new Set());
  const back = turned(edges);
  const seen = new Set<string>();
  // Kosaraju: from the last that was left, against the edges, only those on a cycle with it are reached.
  for (const key of [...order].reverse()) {
    const component = visited(back, [key], seen);
    const isCycle = component.length > 1 || edges.get(key)?.includes(key);
    if (isCycle) for (const member of component) fault(member, `in a cycle through ${member}`);
  }
  const cost = new Map<string, { depth: number; work: number }>();
  for (const key of order) {
    let depth = 0;
    let work = 0;
    if (!faults.has(key))
      for (const other of edges.get(key) ?? []) {
        depth = Math.max(depth, 1 + (cost.get(other)?.depth ?? 0));
        work += 1 + (cost.get(other)?.work ?? 0);
      }
    cost.set(key, { depth, work });
    if (depth > DEPTH_LIMIT) fault(key, 'at most 10 deep');
    else if (work > WORK_LIMIT) fault(key, 'that cost more than 1,000 evaluations');
  }
  return faults;
}

/** All keys that are reached for the first time, each after those that it reaches, unless they lie on a cycle. */
function visited(edges: Edges, starts: readonly string[], seen: Set<string>): string[] {
  const left: string[] = [];
  const stack = starts.map((key) => ({ key, isDone: false }));
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { key, isDone } = top;
    if (isDone) left.push(key);
    if (isDone || seen.has(key)) continue;
    seen.add(key);
    stack.push({ key, isDone: true });
    for (const other of edges.get(key) ?? []) stack.push({ key: other, isDone: false });
  }
  return left;
}

/** The same edges the other way round, between the same keys. */
function turned(edges: Edges): Edges {
  const back = new Map<string, string[]>([...edges.keys()].map((key) => [key, []]));
  for (const [key, others] of edges) for (const other of others) back.get(other)?.push(key);
  return back;
}
