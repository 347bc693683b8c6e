import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** What flagd says to one flag: nothing, or a variant; FALLBACK stands for the code's default. */
type GoAnswer = readonly [variant: string, reason: string, error: string, value: unknown];

export interface FlagdGo {
  /** For each context, the answer of each flag; undefined: flagd refuses the file. */
  decide(
    file: unknown,
    contexts: readonly unknown[],
  ): Promise<readonly Readonly<Record<string, GoAnswer>>[] | undefined>;
  stop(): void;
}

const SOURCES = join(import.meta.dirname, 'data/flagd-go');
const FILES = ['main.go', 'go.mod', 'go.sum'];
const BUILD_TIMEOUT_MS = 240_000;

/** Builds flagd's evaluator once per version and starts it; a text says why it can not be had. */
export async function startFlagdGo(): Promise<FlagdGo | string> {
  try {
    return speak(await build());
  } catch (error) {
    return String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? 'unknown';
  }
}

async function build(): Promise<string> {
  const run = promisify(execFile);
  const sources = await Promise.all(FILES.map((file) => readFile(join(SOURCES, file))));
  const version = createHash('sha256').update(Buffer.concat(sources)).digest('hex').slice(0, 16);
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'burgee', `flagd-go-${version}`);
  const program = join(folder, 'flagd-go');
  if (await readFile(program).catch(() => undefined)) return program;
  await mkdir(folder, { recursive: true });
  for (const file of FILES) await cp(join(SOURCES, file), join(folder, file));
  await run('go', ['build', '-o', 'flagd-go', '.'], { cwd: folder, timeout: BUILD_TIMEOUT_MS });
  return program;
}

function speak(program: string): FlagdGo {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    decide: async (file, contexts) => {
      child.stdin.write(`${JSON.stringify({ config: JSON.stringify(file), contexts })}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('flagd ended');
      return (JSON.parse(value) as { answers?: Record<string, GoAnswer>[] }).answers;
    },
    stop: () => child.kill(),
  };
}
