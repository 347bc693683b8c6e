import type { CompiledFlag } from './compiled.ts';
import { decide } from './evaluate.ts';
import type { EvaluationContext } from './evaluation.ts';
import type { Flag, Problem, Requirement } from './ruleset.ts';

const DEPTH_LIMIT = 10;
/** Evaluations of other flags that one decision may cost; keeps wide graphs from multiplying. */
const WORK_LIMIT = 1000;

/** Whether the required flag serves one of the variants to this context. */
export function compileIsMet(
  { flag, variants }: Requirement,
  flags: ReadonlyMap<string, CompiledFlag>,
): (context: EvaluationContext, now: number) => boolean {
  return (context, now) => {
    const required = flags.get(flag);
    const variant = required && decide(required, context, now).variant;
    return variant !== undefined && variants.includes(variant);
  };
}

/** The flags that can not be decided because of what they require, each with the reason. */
export function prerequisiteFaults(flags: ReadonlyMap<string, Flag>): Map<string, readonly Problem[]> {
  const required = new Map([...flags].map(([key, flag]) => [key, requiredBy(flag ?? {}, flags)]));
  const [settled, open] = peel(required);
  const [above] = peel(turned(open));
  const faults = new Map<string, readonly Problem[]>();
  const fault = (key: string, message: string) => faults.set(key, [{ path: 'requires', message }]);
  for (const key of open.keys()) if (!above.has(key)) fault(key, `prerequisites in a cycle through ${key}`);
  const cost = new Map<string, { depth: number; work: number }>();
  for (const key of [...settled, ...[...above].reverse()]) {
    let depth = 0;
    let work = 0;
    for (const parent of required.get(key) ?? []) {
      depth = Math.max(depth, 1 + (cost.get(parent)?.depth ?? 0));
      work += 1 + (cost.get(parent)?.work ?? 0);
    }
    cost.set(key, { depth, work });
    if (depth > DEPTH_LIMIT) fault(key, 'prerequisites at most 10 deep');
    else if (work > WORK_LIMIT) fault(key, 'prerequisites that cost more than 1,000 evaluations');
  }
  return faults;
}

type Edges = ReadonlyMap<string, readonly string[]>;

/** None where the flag is too odd to tell: it does not compile anyway. */
function requiredBy({ requires = [], rules = [] }: Flag, flags: ReadonlyMap<string, Flag>): string[] {
  try {
    const all = [requires, ...rules.map((rule) => rule.requires ?? [])].flat();
    return all.map((requirement) => requirement.flag).filter((key) => flags.has(key));
  } catch {
    return [];
  }
}

/** Takes away, again and again, the keys that need no key that is left; what stays open lies on a cycle or behind one. */
function peel(edges: Edges): [settled: Set<string>, open: Edges] {
  const needed = turned(edges);
  const missing = new Map([...edges].map(([key, others]) => [key, others.length]));
  const settled = new Set([...edges.keys()].filter((key) => missing.get(key) === 0));
  for (const key of settled) {
    for (const dependent of needed.get(key) ?? []) {
      const left = (missing.get(dependent) ?? 0) - 1;
      missing.set(dependent, left);
      if (left === 0) settled.add(dependent);
    }
  }
  return [settled, new Map([...edges].filter(([key]) => !settled.has(key)))];
}

/** The same edges the other way round, between the same keys. */
function turned(edges: Edges): Map<string, string[]> {
  const back = new Map<string, string[]>([...edges.keys()].map((key) => [key, []]));
  for (const [key, others] of edges) for (const other of others) back.get(other)?.push(key);
  return back;
}
