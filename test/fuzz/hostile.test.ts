import { expect, test } from 'vitest';
import { cases, runs, seed } from '../model/naive/runs.ts';
import { attack } from './attack.ts';
import { contextsEach, subjects } from './attacks.ts';

/** Half of all for our own semantics, the rest for those of others in equal parts. */
const shares: Readonly<Record<string, number>> = { 'burgee-1': 2 };
const others = (Object.keys(subjects).length - 1) * 2;

for (const subject of Object.keys(subjects)) {
  const numRuns = runs(contextsEach * (shares[subject] ?? others));
  const title = `${subject} survives whatever it is given (${numRuns} documents, ${contextsEach} contexts each, seed ${seed})`;
  test(title, { timeout: 120_000 + cases * 2 }, async () => {
    expect(await attack({ subject, seed, numRuns })).toBe(undefined);
  });
}
