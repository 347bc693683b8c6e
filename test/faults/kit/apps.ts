import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Answer } from './model.ts';
import { tree } from './replica.ts';
import type { Stage } from './stage.ts';
import { contexts } from './world.ts';

const program = fileURLToPath(new URL('app.mjs', import.meta.url));
const applyFile = fileURLToPath(new URL('../mutants/apply.mjs', import.meta.url));

/** Applications that decide by themselves with our SDK for servers, each with a cache file. */
export interface Apps {
  /** How many decisions were judged so far. */
  decided(): number;
  /** How many were live when they last said something. */
  live(): number;
  stop(): Promise<void>;
}

interface Word {
  readonly live: number;
  readonly version: string | undefined;
  readonly decisions: readonly (Answer & { readonly key: string; readonly context: number })[];
}

/** Starts `count` clients in one process; what they decide is compared with the model as it comes. */
export async function startApps(
  stage: Stage,
  count: number,
  other: { port?: number; key?: string } = {},
): Promise<Apps> {
  const broken = stage.mutant?.startsWith('app-') === true ? ['--import', applyFile] : [];
  const child = spawn(process.execPath, [...broken, program], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, ...(broken.length > 0 && { BURGEE_TEST_MUTANT: stage.mutant }) },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const dismiss = () => child.kill('SIGKILL');
  process.once('exit', dismiss);
  child.stdin.write(
    `${JSON.stringify({
      tree,
      count,
      url: `http://127.0.0.1:${other.port ?? stage.balancer.port}`,
      key: other.key ?? stage.bed.world.secrets.server,
      folder: stage.folder,
      keys: stage.model.keys.slice(0, 40),
      contexts,
    })}\n`,
  );
  let decided = 0;
  let live = 0;
  let heard = () => {};
  const first = new Promise<void>((resolve) => {
    heard = resolve;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const word = JSON.parse(line) as Word;
    live = word.live;
    for (const { key, context, ...answer } of word.decisions) {
      const ordinal = word.version === undefined ? Number.NaN : stage.model.ordinalOf(word.version);
      stage.judge.at(key, context, { answer, ordinal });
      decided += 1;
    }
    if (word.decisions.length > 0) heard();
  });
  await Promise.race([first, ended]);
  return {
    decided: () => decided,
    live: () => live,
    stop: async () => {
      process.off('exit', dismiss);
      child.kill('SIGKILL');
      await ended;
    },
  };
}
