import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { tree } from './replica.ts';
import type { Stage } from './stage.ts';
import { contexts } from './world.ts';

const program = fileURLToPath(new URL('nudged.mjs', import.meta.url));
const applyFile = fileURLToPath(new URL('../mutants/apply.mjs', import.meta.url));

interface Word {
  readonly live: number;
  /** Questions of all of them so far. */
  readonly asked: number;
  readonly refused: number;
  /** The shortest time between two questions of one client, the first apart. */
  readonly nearestMs: number;
  /** What they hold, each different state once, three at most: pairs of flag and value. */
  readonly held: readonly string[];
}

/** Browsers' clients, in one process, that are nudged and ask again. */
export interface Nudged {
  say(): Promise<Word>;
  stop(): Promise<void>;
}

/** Above 4 kB the server does not keep a context, and tells only that something changed. */
const padding = 'x'.repeat(4200);

export function startNudged(stage: Stage, count: number): Nudged {
  const broken = stage.mutant?.startsWith('app-') === true ? ['--import', applyFile] : [];
  const child = spawn(process.execPath, [...broken, program], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, ...(broken.length > 0 && { BURGEE_TEST_MUTANT: stage.mutant }) },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const dismiss = () => child.kill('SIGKILL');
  process.once('exit', dismiss);
  const words = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const tell = (line: object) => child.stdin.write(`${JSON.stringify(line)}\n`);
  tell({
    tree,
    count,
    url: `http://127.0.0.1:${stage.balancer.port}`,
    key: stage.bed.world.secrets.client,
    context: { ...contexts[0], padding },
  });
  return {
    say: async () => {
      tell({});
      return JSON.parse((await words.next()).value as string) as Word;
    },
    stop: async () => {
      process.off('exit', dismiss);
      child.kill('SIGKILL');
      await ended;
    },
  };
}
