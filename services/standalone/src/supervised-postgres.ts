import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type RunningPostgres, startPostgres } from '@burgee/migrations/embedded';
import { newBackoff } from './backoff.ts';

export interface PostgresOptions {
  readonly dataDir: string;
  readonly password: string;
  readonly logFile: string;
  readonly onSpawn: () => void;
  readonly onCrash: (sentence: string) => void;
}

/** The embedded server, started again on the same port when it ends. */
export interface SupervisedPostgres {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export async function supervisePostgres(options: PostgresOptions): Promise<SupervisedPostgres> {
  let running = await start(options);
  let startedAt = Date.now();
  let stopping = false;
  const backoff = newBackoff();
  const keep = async (): Promise<void> => {
    await running.ended;
    while (!stopping) {
      const waitMs = backoff.next(Date.now() - startedAt);
      options.onCrash(`postgres ended and starts again in ${waitMs / 1000} s; see ${options.logFile}`);
      await pause(waitMs);
      if (stopping) return;
      startedAt = Date.now();
      try {
        running = await start(options, running.port);
        return keep();
      } catch (error) {
        options.onCrash((error as Error).message);
      }
    }
  };
  void keep();
  return {
    url: running.url,
    get pid() {
      return running.pid;
    },
    stop: async () => {
      stopping = true;
      await running.stop();
    },
  };
}

async function start(options: PostgresOptions, port?: number): Promise<RunningPostgres> {
  const running = await startPostgres({
    dataDir: options.dataDir,
    password: options.password,
    log: (text) => appendFileSync(options.logFile, text, { mode: 0o600 }),
    ...(port === undefined ? {} : { port }),
  });
  options.onSpawn();
  return running;
}
