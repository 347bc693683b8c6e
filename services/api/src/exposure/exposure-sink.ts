import type { ExposureBatch } from './exposure.ts';

/** Where counts go: into the tables, or to the Burgee that a relay follows. */
export interface ExposureSink {
  /** How often it is worth being asked. */
  readonly flushMs: number;
  /**
   * Takes batches for good; those that it took before count nothing.
   *
   * @throws what means "away": the same batches come again
   */
  write(batches: readonly ExposureBatch[]): Promise<void>;
}

/** Injection token of the one {@link ExposureSink}. */
export const EXPOSURE_SINK = Symbol('exposure sink');
