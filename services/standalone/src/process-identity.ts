import { isRunning, startedAt } from '@burgee/migrations/embedded';

/** A process by its number and the moment of its birth: numbers are used again, moments are not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** null where the system does not tell. */
  readonly startedAt: string | null;
}

export function identify(pid: number): ProcessIdentity {
  return { pid, startedAt: startedAt(pid) };
}

export function lives({ pid, startedAt: born }: ProcessIdentity): boolean {
  return isRunning(pid) && startedAt(pid) === born;
}
