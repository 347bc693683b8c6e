/** What of an error goes into the log: enough to find it, and nothing that a sender wrote. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string | undefined;
  /** Of an error of Postgres: what it is about. */
  readonly constraint?: string | undefined;
  readonly table?: string | undefined;
  readonly routine?: string | undefined;
  /** The lines of the stack, without the message above them. */
  readonly stack?: string | undefined;
  readonly cause?: LoggedError | undefined;
}

/**
 * Takes from an error what may be logged. Messages that quote data are left out: those of Postgres about values (classes
 * 22 and 23) or raised by a trigger, and those of JSON.parse, which show a piece of what it read; so are details, hints and
 * every other property.
 */
export function loggedError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'something was thrown that is no error' };
  const { code, constraint, table, routine, cause } = error as RichError;
  return {
    type: error.name,
    message: quotesData(error) ? 'left out, because it quotes data' : error.message,
    code: text(code),
    constraint: text(constraint),
    table: text(table),
    routine: text(routine),
    stack: error.stack?.replace(error.message, '').split('\n').filter(isFrame).join('\n'),
    cause: cause instanceof Error && depth < deepest ? loggedError(cause, depth + 1) : undefined,
  };
}

interface RichError extends Error {
  readonly code?: unknown;
  readonly constraint?: unknown;
  readonly table?: unknown;
  readonly routine?: unknown;
  readonly cause?: unknown;
}

const deepest = 3;
const isFrame = (line: string) => /^\s+at /.test(line);

function quotesData(error: RichError): boolean {
  if (error instanceof SyntaxError) return true;
  return typeof error.code === 'string' && /^(22|23|P0|BG)[0-9A-Z]{3}$/.test(error.code);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
