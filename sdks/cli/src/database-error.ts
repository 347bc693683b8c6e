import { CliError, exitCodes } from './errors.ts';

/** Waits for work on a database; one that cannot be reached is an expected failure. */
export async function reached<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === undefined || !unreachable.test(code)) throw error;
    throw new CliError('UNREACHABLE', `the database does not let us in: ${message || code}`, {
      fix: 'Check DATABASE_URL: it wants the login burgee_owner.',
      exitCode: exitCodes.unreachable,
      cause: error,
    });
  }
}

/** System errors of the network, and Postgres' classes of connection and authorisation failures. */
const unreachable = /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|08|28|3D|57P)/;
