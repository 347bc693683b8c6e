import { once } from 'node:events';
import { announcement } from './announce.ts';
import { openCredentials } from './credentials.ts';
import { Stopped } from './errors.ts';
import { takeInstanceLock } from './instance-lock.ts';
import { type Running, readRunning, removeRunning, runningFileIn, writeRunning } from './running-file.ts';
import type { Environment, Settings } from './settings.ts';
import { type Part, startParts } from './start-parts.ts';

export interface SupervisorOptions {
  readonly env: Environment;
  /** Aborted when everything shall stop. */
  readonly stopRequest: AbortSignal;
  readonly say: (text: string) => void;
}

/** Starts everything, waits until it shall stop, and stops everything. */
export async function supervise(settings: Settings, options: SupervisorOptions): Promise<void> {
  const { dataDir } = settings;
  const { say, stopRequest } = options;
  const lock = await takeInstanceLock(dataDir);
  if ('pid' in lock) return say(sentenceAbout(lock.pid, readRunning(dataDir), runningFileIn(dataDir)));
  removeRunning(dataDir);
  const parts: Part[] = [];
  let publish = (): void => undefined;
  const onChange = (): void => void setImmediate(() => publish()); // once the part knows its new number itself
  const onSpawn = (pid: number): void => {
    lock.note(pid);
    onChange();
  };
  try {
    const started = await startParts(settings, {
      ...options,
      credentials: openCredentials(dataDir),
      parts,
      onSpawn,
      onChange,
    });
    publish = () => writeRunning(dataDir, started.running());
    publish();
    say(announcement(started.running(), started.setupLink, runningFileIn(dataDir)));
    if (!stopRequest.aborted) await once(stopRequest, 'abort');
    say('  Burgee stops.');
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  } finally {
    publish = () => undefined;
    removeRunning(dataDir);
    for (const part of parts.reverse()) await part.stop();
    lock.release();
  }
}

function sentenceAbout(pid: number, running: Running | undefined, file: string): string {
  if (running === undefined) return `Burgee is being started already by process ${pid}.`;
  return `Burgee runs already: ${running.api} (process ${pid}; ${file} says the rest).`;
}
