import { readFile } from 'node:fs/promises';
import { demoSeedFile } from './paths.ts';
import type { ThrowawayDatabase } from './throwaway-database.ts';

/** Loads the demo project `shop`. */
export async function seed(database: ThrowawayDatabase): Promise<void> {
  await database.run(await readFile(demoSeedFile, 'utf8'));
}
