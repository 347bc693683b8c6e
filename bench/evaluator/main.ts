/** Decisions in this process, Burgee's beside its peers': `npm run bench`. Each subject has a process of its own. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { create } from './burgee.ts';
import { neutralFlags, rows } from './flags.ts';
import { packages, peers, type Subject } from './peers.ts';

const ROUNDS = 3;
const BULK = 'bulk 1,000';

type Times = Record<string, number>;

/** What is decided goes here, so that no engine leaves it out. */
let sink: unknown;

const [subject, at] = process.argv.slice(2);
if (subject !== undefined && at !== undefined)
  process.stdout.write(`@@${JSON.stringify(await measure(subject, at))}`, () => process.exit());
else compare();

/** Nanoseconds of processor time per decision, by row: what the neighbours do counts less than on the clock. */
async function measure(name: string, folder: string): Promise<Times> {
  const make =
    name === 'burgee'
      ? async (flags: Parameters<typeof create>[0]) => create(flags) as Subject
      : peers[name as keyof typeof peers];
  const times: Times = {};
  const { contexts, one } = await make([...rows.map(([, flag]) => flag), ...neutralFlags(100)], folder);
  for (const [label, { key, kind }] of rows)
    times[label] = nanoseconds(contexts, (context) => one(key, context as never, kind));
  const flags = neutralFlags(1_000);
  const big = await make(flags, folder);
  const each = (context: unknown) => flags.map(({ key, kind }) => big.one(key, context as never, kind));
  times[BULK] = nanoseconds(big.contexts, (context) => (big.bulk ? big.bulk(context as never) : each(context)));
  return times;
}

/** The median of 15 stretches of some 20 ms, after as many to warm up. */
function nanoseconds(contexts: readonly unknown[], decide: (context: unknown) => unknown): number {
  let times = 8;
  const stretch = () => {
    const before = process.cpuUsage();
    for (let i = 0; i < times; i++) sink = decide(contexts[i & 1_023]);
    const { user, system } = process.cpuUsage(before);
    return (user + system) * 1_000;
  };
  while (stretch() < 20_000_000) times *= 2;
  const runs = Array.from({ length: 30 }, stretch).slice(15);
  if (sink === undefined) throw new Error('nothing was decided');
  return median(runs) / times;
}

function compare(): void {
  const folder = join(tmpdir(), 'burgee-bench-evaluator');
  const names = [
    'burgee',
    ...(Object.keys(packages) as (keyof typeof packages)[]).filter((name) => installed(folder, packages[name])),
  ];
  const load = loadavg()[0] ?? 0;
  const runs = new Map<string, Times[]>(names.map((name) => [name, []]));
  // Interleaved, so that a noisy minute touches all alike.
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) {
      const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), name, folder], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      runs.get(name)?.push(JSON.parse(output.slice(output.indexOf('@@') + 2)));
    }
  }
  const labels = [...rows.map(([label]) => label), BULK];
  const time = (name: string, label: string) =>
    median((runs.get(name) ?? []).map((times) => times[label] ?? Number.NaN));
  const line = (cells: readonly string[]) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
  line(['ns per decision', ...labels]);
  line(['---', ...labels.map(() => '---')]);
  for (const name of names) line([name, ...labels.map((label) => time(name, label).toPrecision(3))]);
  const ratio = (label: string) => time('burgee', label) / Math.min(...names.slice(1).map((name) => time(name, label)));
  line(['burgee / the fastest peer', ...labels.map((label) => ratio(label).toFixed(2))]);
  process.stdout.write(
    `\nNode ${process.version}, median of ${ROUNDS} interleaved rounds; load of the machine before: ${load.toFixed(1)}\n`,
  );
}

/** Whether the package is there, or could be fetched: without a network Burgee is measured alone. */
function installed(folder: string, specification: string): boolean {
  const name = specification.slice(0, specification.lastIndexOf('@'));
  if (existsSync(join(folder, 'node_modules', name))) return true;
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'package.json'))) writeFileSync(join(folder, 'package.json'), '{"private":true}');
  try {
    execFileSync('npm', ['install', '--no-audit', '--no-fund', specification], { cwd: folder, stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write(`${specification} could not be installed and is left out\n`);
    return false;
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
