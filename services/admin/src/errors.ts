import { ClientError } from 'graphql-request';
import { z } from 'zod';

/** A wrong place in a flag or segment: the same sentence as the server's. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** A refusal of the API: its permanent code, what happened, and how to mend it. */
export class AdminError extends Error {
  readonly code: string;
  readonly fix: string | undefined;
  readonly problems: readonly Problem[];

  constructor(
    code: string,
    message: string,
    more: { fix?: string | undefined; problems?: Problem[]; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.name = 'AdminError';
    this.code = code;
    this.fix = more.fix;
    this.problems = more.problems ?? [];
  }

  static fromResponse(status: number, body: unknown): AdminError {
    const { code, message, fix } = refusalBody.parse(body);
    const fallback = status === 401 ? 'UNAUTHORIZED' : status === 403 ? 'FORBIDDEN' : 'UNAVAILABLE';
    return new AdminError(code ?? fallback, message ?? `The server answered with status ${status}.`, { fix });
  }
}

/** Turns whatever a request threw into an `AdminError`; keeps the cause. */
export function toAdminError(cause: unknown): AdminError {
  if (cause instanceof AdminError) return cause;
  if (cause instanceof ClientError) return fromGraphql(cause);
  return new AdminError('UNAVAILABLE', 'The server cannot be reached.', {
    fix: 'Check the connection; nothing was changed. Try again.',
    cause,
  });
}

function fromGraphql(cause: ClientError): AdminError {
  const first = cause.response.errors?.[0];
  if (first === undefined) return AdminError.fromResponse(cause.response.status, undefined);
  const { code, fix, problems } = extensions.parse(first.extensions ?? {});
  const fallback = cause.response.status === 401 ? 'UNAUTHORIZED' : 'BAD_INPUT';
  return new AdminError(code ?? fallback, first.message, { fix, problems, cause });
}

const text = z.string().optional().catch(undefined);
const refusalBody = z.object({ code: text, message: text, fix: text }).catch({});
const extensions = z.object({
  code: text,
  fix: text,
  problems: z.array(z.object({ path: z.string(), message: z.string() })).catch([]),
});
