import { do_not_optimize, measure } from 'mitata';
import { compiledOf, create, rulesetOf } from './burgee.ts';
import { type NeutralFlag, neutralFlags, rows } from './flags.ts';
import { peers, type Subject } from './peers.ts';

/** What one decision costs. */
export interface Cost {
  readonly nanoseconds: number;
  readonly bytes: number;
}

export const BULK = 'bulk 1,000';

declare const gc: () => void;

/** Every row for one subject; its package is installed in the folder. */
export async function measureSubject(name: string, folder: string): Promise<Record<string, Cost>> {
  const costs: Record<string, Cost> = {};
  const make = (flags: readonly NeutralFlag[]): Promise<Subject> | Subject =>
    name === 'burgee' ? (create(flags) as Subject) : peers[name as keyof typeof peers](flags, folder);
  const { contexts, one } = await make([...rows.map(([, flag]) => flag), ...neutralFlags(100)]);
  for (const [label, { key, kind }] of rows) {
    costs[label] = await costOf(contexts, (context) => one(key, context as never, kind));
  }
  const flags = neutralFlags(1_000);
  const big = await make(flags);
  const each = (context: unknown) => flags.map(({ key, kind }) => big.one(key, context as never, kind));
  costs[BULK] = await costOf(big.contexts, (context) => (big.bulk ? big.bulk(context as never) : each(context)));
  return costs;
}

/** The median of many runs, and how much the heap grows in a stretch without a collection. */
async function costOf(contexts: readonly unknown[], decide: (context: unknown) => unknown): Promise<Cost> {
  let i = 0;
  const next = () => {
    i = (i + 1) & 1_023;
    return do_not_optimize(decide(contexts[i]));
  };
  const { p50 } = await measure(next, { min_cpu_time: 300_000_000 });
  const times = p50 > 5_000 ? 200 : 5_000;
  const grown = Array.from({ length: 5 }, () => {
    gc();
    const before = process.memoryUsage().heapUsed;
    for (let time = 0; time < times; time++) next();
    return (process.memoryUsage().heapUsed - before) / times;
  });
  return { nanoseconds: p50, bytes: Math.max(0, Math.round(median(grown))) };
}

/** What becoming ready costs: milliseconds of processor time, and kilobytes that a compiled ruleset keeps. */
export function measureReadiness(): { parseMs: number; compileMs: number; kilobytes: number } {
  const wire = rulesetOf(neutralFlags(1_000));
  const parseMs = median(Array.from({ length: 9 }, () => milliseconds(() => rulesetOf(neutralFlags(1_000)))));
  const compileMs = median(Array.from({ length: 9 }, () => milliseconds(() => compiledOf(wire))));
  const large = rulesetOf(neutralFlags(10_000));
  gc();
  const before = process.memoryUsage().heapUsed;
  const compiled = compiledOf(large);
  gc();
  const kilobytes = (process.memoryUsage().heapUsed - before) / 1_024;
  if (compiled.flags.size !== 10_000) throw new Error('not compiled');
  return { parseMs, compileMs, kilobytes };
}

function milliseconds(work: () => unknown): number {
  const before = process.cpuUsage();
  do_not_optimize(work());
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
