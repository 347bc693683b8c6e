import { asBurgeeError, BurgeeError } from '../errors.ts';

/** Waits for a write; where somebody else was faster, the refusal carries the thing as it is now. */
export async function withCurrent(write: Promise<void>, readCurrent: () => Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    const refusal = asBurgeeError(error);
    if (refusal.code !== 'REVISION_CONFLICT') throw refusal;
    throw new BurgeeError('REVISION_CONFLICT', refusal.message, {
      fix: refusal.fix,
      current: await readCurrent(),
      cause: error,
    });
  }
}
