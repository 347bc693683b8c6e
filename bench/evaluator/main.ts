/** Decisions in this process, Burgee's beside its peers': `npm run bench`. Each subject has a process of its own. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rows } from './flags.ts';
import { BULK, type Cost, measureReadiness, measureSubject, median } from './measure.ts';
import { companions, packages } from './peers.ts';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const READY = 'ready';
const labels = [...rows.map(([label]) => label), BULK];

const [subject, at] = process.argv.slice(2);
if (subject === undefined || at === undefined) compare();
else tell(subject === READY ? measureReadiness() : await measureSubject(subject, at));

/** Some peers write to the console, so what counts is marked; and some keep their process alive. */
function tell(result: object): void {
  process.stdout.write(`@@${JSON.stringify(result)}`, () => process.exit());
}

function compare(): void {
  const folder = process.env.BENCH_DIR ?? join(tmpdir(), 'burgee-bench-evaluator');
  const known = Object.keys(packages) as (keyof typeof packages)[];
  const names = ['burgee', ...known.filter((name) => install(folder, packages[name]))];
  const load = loadavg()[0] ?? 0;
  const runs = new Map<string, Record<string, Cost>[]>(names.map((name) => [name, []]));
  // Interleaved, so that a noisy minute touches all alike.
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) runs.get(name)?.push(run(name, folder));
  }
  const cost = (name: string, label: string, of: keyof Cost) =>
    median((runs.get(name) ?? []).map((costs) => costs[label]?.[of] ?? Number.NaN));
  heading('ns per decision');
  for (const name of names) line([name, ...labels.map((label) => cost(name, label, 'nanoseconds').toPrecision(3))]);
  const fastest = (label: string) => Math.min(...names.slice(1).map((name) => cost(name, label, 'nanoseconds')));
  const ratio = (label: string) => cost('burgee', label, 'nanoseconds') / fastest(label);
  line(['burgee / the fastest peer', ...labels.map((label) => ratio(label).toFixed(2))]);
  process.stdout.write('\n');
  heading('bytes per decision');
  for (const name of names) line([name, ...labels.map((label) => String(cost(name, label, 'bytes')))]);
  const { parseMs, compileMs, kilobytes } = run(READY, folder) as unknown as ReturnType<typeof measureReadiness>;
  process.stdout.write(
    `\n1,000 flags: read in ${parseMs.toFixed(1)} ms, compiled in ${compileMs.toFixed(1)} ms. ` +
      `10,000 flags compiled keep ${Math.round(kilobytes)} KiB.\n` +
      `Node ${process.version}, median of ${ROUNDS} interleaved rounds; load of the machine before: ${load.toFixed(1)}\n`,
  );
}

function run(name: string, folder: string): Record<string, Cost> {
  const flags = ['--expose-gc', '--max-semi-space-size=128'];
  const output = execFileSync(process.execPath, [...flags, fileURLToPath(import.meta.url), name, folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(output.slice(output.indexOf('@@') + 2));
}

function heading(title: string): void {
  line([title, ...labels]);
  line(['---', ...labels.map(() => '---')]);
}

function line(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}

/** Whether the package is there, or could be fetched: without a network Burgee is measured alone. */
function install(folder: string, specification: string): boolean {
  const name = specification.slice(0, specification.lastIndexOf('@'));
  if (existsSync(join(folder, 'node_modules', name))) return true;
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'package.json'))) writeFileSync(join(folder, 'package.json'), '{"private":true}');
  try {
    const wanted = [specification, ...companions];
    execFileSync('npm', ['install', '--no-audit', '--no-fund', ...wanted], { cwd: folder, stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write(`${specification} could not be installed and is left out\n`);
    return false;
  }
}
