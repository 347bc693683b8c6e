import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { newBackoff } from './backoff.ts';
import { StartError, Stopped } from './errors.ts';
import type { Environment } from './settings.ts';

export interface ChildOptions {
  /** Name for people, such as `api`. */
  readonly name: string;
  /** Program of ours, and what it is told. */
  readonly args: readonly string[];
  readonly env: Environment;
  /** Takes everything it prints. */
  readonly logFile: string;
  /** Resolves to true once it answers its own health; `said` is what it sent over its channel. */
  readonly isReady: (said: readonly unknown[]) => Promise<boolean>;
  /** Called for each process that is started. */
  readonly onSpawn: (pid: number) => void;
  /** Called when it has ended by itself. */
  readonly onCrash: (sentence: string) => void;
  /** Aborted when it need not become ready any more. */
  readonly stopRequest: AbortSignal;
}

/** A process that is started again when it ends. */
export interface SupervisedChild {
  readonly pid: number;
  /** SIGTERM, and SIGKILL for one that does not listen; resolves when it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts a Node program, waits until it is ready, and from then on keeps it running.
 *
 * @throws StartError when it ends, or is not ready in time, at its first start
 */
export async function superviseChild(options: ChildOptions): Promise<SupervisedChild> {
  const state: State = { child: start(options), startedAt: Date.now(), stopping: false };
  await untilReady(options, state.child).catch(async (error: unknown) => {
    await stop(state.child);
    throw error;
  });
  void keepRunning(options, state);
  return {
    get pid() {
      return state.child.pid ?? 0;
    },
    stop: async () => {
      state.stopping = true;
      await stop(state.child);
    },
  };
}

interface State {
  child: ChildProcess;
  startedAt: number;
  stopping: boolean;
}

async function keepRunning(options: ChildOptions, state: State): Promise<void> {
  const backoff = newBackoff();
  for (;;) {
    const ending = await ended(state.child);
    if (state.stopping) return;
    const waitMs = backoff.next(Date.now() - state.startedAt);
    options.onCrash(`${options.name} ended (${ending}) and starts again in ${waitMs / 1000} s; see ${options.logFile}`);
    await pause(waitMs);
    if (state.stopping) return;
    state.child = start(options);
    state.startedAt = Date.now();
  }
}

/** A group of its own: Ctrl-C is for the supervisor, which stops the parts in order. The channel tells the part when we die. */
function start({ args, env, logFile, onSpawn }: ChildOptions): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, [...args], { env, detached: true, stdio: ['ignore', log, log, 'ipc'] });
  child.on('error', () => undefined); // its end is what counts
  closeSync(log);
  if (child.pid !== undefined) onSpawn(child.pid);
  return child;
}

async function untilReady(options: ChildOptions, child: ChildProcess): Promise<void> {
  const { name, logFile, stopRequest } = options;
  const from = statSync(logFile).size;
  const said: unknown[] = [];
  child.on('message', (message) => said.push(message));
  for (const giveUpAt = Date.now() + readyWithinMs; Date.now() < giveUpAt; await pause(50)) {
    if (stopRequest.aborted) throw new Stopped();
    if (hasEnded(child)) {
      const exitCode = child.exitCode === wrongSetting ? wrongSetting : 1;
      throw new StartError(`${name} ended while starting:\n${lastLines(logFile, from)}`, { exitCode });
    }
    if (await options.isReady(said)) return;
  }
  throw new StartError(`${name} did not answer within ${readyWithinMs / 1000} s:\n${lastLines(logFile, from)}`);
}

const readyWithinMs = 90_000;
const stopWithinMs = 8_000;
const wrongSetting = 78;

async function stop(child: ChildProcess): Promise<void> {
  const gone = ended(child);
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
  await gone;
  clearTimeout(kill);
}

async function ended(child: ChildProcess): Promise<string> {
  if (!hasEnded(child)) await new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
  return child.signalCode ?? `exit code ${child.exitCode}`;
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function lastLines(logFile: string, from: number): string {
  return readFileSync(logFile).subarray(from).toString().trimEnd().split('\n').slice(-20).join('\n');
}
