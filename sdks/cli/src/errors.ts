/** What each exit code of `burgee` means; the help says the same. */
export const exitCodes = { done: 0, wrong: 1, usage: 2, unreachable: 3, refused: 4 } as const;

/** Every expected failure of a command: permanent code, what happened, how to mend it. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: string;
  readonly fix: string | undefined;
  readonly exitCode: number;
  /** One line each, such as the problems that the server names. */
  readonly details: readonly string[];

  constructor(code: string, what: string, { fix, exitCode, cause, details = [] }: CliErrorOptions) {
    super(what, { cause });
    this.code = code;
    this.fix = fix;
    this.exitCode = exitCode;
    this.details = details;
  }
}

interface CliErrorOptions {
  readonly fix?: string | undefined;
  readonly exitCode: number;
  readonly cause?: unknown;
  readonly details?: readonly string[] | undefined;
}

/** The lines that tell a person about an error. */
export function describeError(error: unknown): { text: string; exitCode: number } {
  const { code, fix, exitCode } = error as Partial<CliError>;
  const message = (error as Error).message;
  if (typeof code !== 'string' || message === undefined) return { text: String((error as Error).stack), exitCode: 70 };
  const lines = [`${code}: ${message.replace(new RegExp(`^${code}: `), '')}`];
  if (error instanceof CliError) lines.push(...error.details.map((detail) => `  ${detail}`));
  if (error instanceof CliError && fix !== undefined) lines.push(`  ${fix}`);
  return { text: lines.join('\n'), exitCode: exitCode ?? exitCodes.wrong };
}
