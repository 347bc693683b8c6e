import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { neutralFlags } from '../evaluator/flags.ts';
import type { Installation } from './installation.ts';
import { ask, askOnce, one, type Question } from './load.ts';
import { cpuSeconds, type Running, rssMiB, seesProcessors, start } from './process.ts';
import { hold } from './streams.ts';

/** How much is measured. */
export interface Sizes {
  readonly rounds: number;
  readonly seconds: number;
  readonly flagCounts: readonly number[];
  readonly listening: number;
  readonly idle: number;
}

const json = { 'content-type': 'application/json' };
const context =
  '{"context":{"targetingKey":"USER","userId":"USER","country":"DE","plan":"pro","accountId":"acct-06993"}}';
const bulkPath = '/ofrep/v1/evaluate/flags';
const floors = ['http', 'fastify', 'nest'] as const;
const floorPort = 4430;

/** Requests per second of processor, Burgee's beside the floors' in the same rounds. */
export async function load(burgee: Installation, { rounds, seconds }: Sizes): Promise<string> {
  const floorProgram = path.join(import.meta.dirname, 'floor.ts');
  const subjects: Subject[] = [];
  for (const [nr, mode] of floors.entries()) {
    const port = floorPort + nr;
    const isReady = async () => (await askOnce(port, doors('').bulk)).status === 200;
    const running = await start([floorProgram, mode, String(port)], { NODE_ENV: 'production' }, isReady);
    subjects.push(await subjectOf(`floor ${mode}`, port, { running, counted: running.pids }));
  }
  const running = await startBurgee(burgee);
  subjects.push(await subjectOf('burgee', portOf(burgee), { running, counted: [...running.pids, burgee.postgresPid] }));
  for (const subject of subjects) for (const name of Object.keys(subject.questions)) await measure(subject, name, 1);
  for (const { results } of subjects) results.clear();
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of subjects)
      for (const name of Object.keys(subject.questions)) await measure(subject, name, seconds);
  }
  const memory = Math.round(rssMiB(running.pids));
  for (const { running: one } of subjects) await one.stop();
  const [first] = subjects as [Subject];
  const names = Object.keys((subjects.at(-1) as Subject).questions);
  const rate = (subject: Subject, name: string) => median(subject.results.get(name) ?? []);
  const rows = subjects.map((subject) => [subject.name, ...names.map((name) => perCpu(rate(subject, name)))]);
  const last = subjects.at(-1) as Subject;
  const ratios = [first, subjects[2] as Subject].map((floor) => [
    `burgee / ${floor.name}`,
    ...names.map((name) => (floor.results.has(name) ? (rate(last, name) / rate(floor, name)).toFixed(2) : '–')),
  ]);
  return `${table([`requests per second ${seesProcessors ? 'of processor' : ''} (µs each)`, ...names], [...rows, ...ratios])}\nMemory after it: ${memory} MiB.`;
}

/** All flags at once, by how many there are. */
export async function growth(burgee: Installation, { flagCounts, seconds, rounds }: Sizes): Promise<string> {
  const rows: string[][] = [];
  for (const count of flagCounts) {
    await burgee.seed(neutralFlags(count));
    const running = await startBurgee(burgee);
    const subject = await subjectOf('burgee', portOf(burgee), {
      running,
      counted: [...running.pids, burgee.postgresPid],
    });
    await measure(subject, 'bulk', 1);
    subject.results.clear();
    for (let round = 0; round < rounds; round += 1) await measure(subject, 'bulk', seconds);
    const rate = median(subject.results.get('bulk') ?? []);
    rows.push([
      String(count),
      perCpu(rate),
      (1e6 / rate / count).toFixed(3),
      String(Math.round(subject.bytes)),
      String(Math.round(rssMiB(running.pids))),
    ]);
    await running.stop();
  }
  await burgee.seed(neutralFlags(100));
  return table(['bulk of flags', 'per second of processor (µs each)', 'µs a flag', 'bytes', 'MiB after it'], rows);
}

/** From a commit to browsers that listen, and what a stream costs that only listens. */
export async function streams(burgee: Installation, { listening, idle }: Sizes): Promise<string> {
  const running = await startBurgee(burgee);
  const port = portOf(burgee);
  const question = { ...doors(burgee.serverKey).decisions };
  await askOnce(port, doors(burgee.serverKey).bulk);
  const rows: string[][] = [];
  for (const count of [listening, idle]) {
    const before = rssMiB(running.pids);
    const held = await hold(port, question, count);
    await pause(2000);
    const each = ((rssMiB(running.pids) - before) * 1024) / Math.max(1, held.open);
    const [first, middle, last, reached] = await spread(burgee, held);
    rows.push([
      String(held.open),
      each.toFixed(1),
      ...[first, middle, last].map((ms) => ms.toFixed(1)),
      String(reached),
    ]);
    held.close();
    await pause(2000);
  }
  await running.stop();
  return table(['streams of decisions held', 'KiB each', 'first ms', 'half ms', 'last ms', 'reached'], rows);
}

async function spread(
  burgee: Installation,
  held: Awaited<ReturnType<typeof hold>>,
): Promise<[number, number, number, number]> {
  const runs: number[][] = [];
  for (let change = 0; change < 5; change += 1) {
    const arrived = held.nextEvent(10_000);
    isOn = !isOn; // it starts off
    await burgee.toggle('bool-00001', isOn);
    runs.push(await arrived);
    await pause(500);
  }
  const at = (share: number) =>
    median(runs.map((times) => times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? Number.NaN));
  return [at(0), at(0.5), at(1), Math.min(...runs.map((times) => times.length))];
}

/** From the start of the process to its first right answer, with everything in place. */
export async function cold(burgee: Installation, { rounds }: Sizes): Promise<string> {
  const floor: number[] = [];
  const ours: number[] = [];
  const memory: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const program = path.join(import.meta.dirname, 'floor.ts');
    const isReady = async () => (await askOnce(floorPort, doors('').bulk)).status === 200;
    const nest = await start([program, 'nest', String(floorPort)], { NODE_ENV: 'production' }, isReady);
    floor.push(nest.coldMs);
    await nest.stop();
    const running = await startBurgee(burgee);
    ours.push(running.coldMs);
    memory.push(rssMiB(running.pids));
    await running.stop();
  }
  const [nestMs, burgeeMs] = [median(floor), median(ours)];
  return `Cold start to the first right answer: ${Math.round(burgeeMs)} ms, ${(burgeeMs / nestMs).toFixed(2)} × floor nest (${Math.round(nestMs)} ms); ${Math.round(median(memory))} MiB then.`;
}

interface Subject {
  readonly name: string;
  readonly port: number;
  readonly running: Running;
  readonly counted: readonly number[];
  readonly questions: Readonly<Record<string, Question>>;
  readonly results: Map<string, number[]>;
  bytes: number;
}

async function subjectOf(
  name: string,
  port: number,
  ran: { running: Running; counted: readonly number[] },
): Promise<Subject> {
  const key = ran.counted.length > 1 ? burgeeKey : '';
  const { single, bulk, ruleset } = doors(key);
  const questions: Record<string, Question> = { single, bulk, 'bulk, 304': await again(port, bulk) };
  if (key !== '') Object.assign(questions, { ruleset, 'ruleset, 304': await again(port, ruleset) });
  return { name, port, ...ran, questions, results: new Map(), bytes: 0 };
}

let burgeeKey = '';
let isOn = false;

function startBurgee(burgee: Installation): Promise<Running> {
  burgeeKey = burgee.serverKey;
  const isReady = async () => (await askOnce(portOf(burgee), doors(burgee.serverKey).bulk)).status === 200;
  return start([...burgee.nodeOptions, burgee.program, 'api'], burgee.env, isReady);
}

function portOf({ url }: Installation): number {
  return Number(new URL(url).port);
}

function doors(key: string) {
  const authorization = { authorization: `Bearer ${key}` };
  const post = { method: 'POST', headers: { ...authorization, ...json }, body: context } as const;
  const events = { ...post.headers, accept: 'text/event-stream' };
  return {
    single: { ...post, path: `${bulkPath}/rule-00007` },
    bulk: { ...post, path: bulkPath },
    decisions: { ...post, path: '/v1/decisions', headers: events },
    ruleset: { method: 'GET', path: '/v1/ruleset', headers: authorization },
  } satisfies Record<string, Question>;
}

/** The same question of who has the answer already. */
async function again(port: number, question: Question): Promise<Question> {
  const { etag } = await askOnce(port, question);
  return { ...one(question), headers: { ...question.headers, 'if-none-match': etag } };
}

async function measure(subject: Subject, name: string, seconds: number): Promise<void> {
  const question = subject.questions[name] as Question;
  const before = cpuSeconds(subject.counted);
  const { requests, refused, bytesEach, ...taken } = await ask(subject.port, question, seconds);
  if (refused > 0) process.stderr.write(`${subject.name}, ${name}: ${refused} of ${requests} were refused\n`);
  const used = seesProcessors ? cpuSeconds(subject.counted) - before : taken.seconds;
  subject.results.set(name, [...(subject.results.get(name) ?? []), requests / used]);
  subject.bytes = bytesEach;
}

function perCpu(rate: number): string {
  return Number.isNaN(rate) ? '–' : `${Math.round(rate)} (${(1e6 / rate).toFixed(1)})`;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[(numbers.length - 1) >> 1] ?? Number.NaN;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
