/** Why a command of the server cannot go on: one sentence for people, which says how to mend it. */
export class StartError extends Error {
  override readonly name = 'StartError';
  /** 78: a setting is wrong; 1: something else stands in the way. */
  readonly exitCode: number;

  constructor(sentence: string, { exitCode = 1, cause }: { exitCode?: number; cause?: unknown } = {}) {
    super(sentence, { cause });
    this.exitCode = exitCode;
  }
}

/** Says why, and which exit code that is: the sentence where there is one, everything where it is a mistake of ours. */
export function report(error: unknown): number {
  const { exitCode, fix } = error as { exitCode?: unknown; fix?: unknown };
  const expected = typeof exitCode === 'number' || typeof fix === 'string';
  console.error(expected ? [(error as Error).message, fix].filter(Boolean).join(' ') : error);
  return typeof exitCode === 'number' ? exitCode : 1;
}

/** Everything shall stop, and what was being started need not be any more. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}
