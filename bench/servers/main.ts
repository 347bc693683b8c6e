/** Burgee's api beside what answering costs at all, and how it grows: `npm run bench`. `--record` keeps what came out. */
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { neutralFlags } from '../evaluator/flags.ts';
import { install } from './installation.ts';
import { seesProcessors } from './process.ts';
import { record } from './record.ts';
import { cold, growth, load, type Sizes, streams } from './rows.ts';

const sizes: Sizes = {
  rounds: Number(process.env.BENCH_ROUNDS ?? 3),
  seconds: Number(process.env.BENCH_SECONDS ?? 3),
  flagCounts: (process.env.BENCH_FLAGS ?? '10,100,1000,10000').split(',').map(Number),
  listening: Number(process.env.BENCH_LISTENING ?? 2000),
  idle: Number(process.env.BENCH_IDLE ?? 10_000),
};
const folder = path.join(process.env.BENCH_DIR ?? tmpdir(), 'burgee-bench-servers');
const before = loadavg()[0] ?? 0;
const burgee = await install(folder, { port: 4427, program: process.env.BURGEE_PROGRAM });
const lines: string[] = [];
const say = (text: string) => {
  lines.push(text);
  process.stdout.write(`${text}\n`);
};
try {
  await burgee.seed(neutralFlags(100));
  if (!seesProcessors)
    say(
      'This system does not tell what a process uses: requests per second stand for requests per second of processor.\n',
    );
  for (const part of [load, growth, streams, cold]) say(`${await part(burgee, sizes)}\n`);
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  say(
    `Node ${process.version}, ${machine}; median of ${sizes.rounds} interleaved rounds of ${sizes.seconds} s; load of the machine before: ${before.toFixed(1)}`,
  );
  if (process.argv.includes('--record')) record(lines.join('\n'));
} finally {
  await burgee.stop();
}
