import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const page = path.resolve(import.meta.dirname, '../README.md');
const [begins, ends] = ['<!-- servers: written by npm run bench -- --record -->', '<!-- /servers -->'];

/** Puts what was measured, with its date, in the place of what was measured before. */
export function record(text: string): void {
  const today = new Date().toISOString().slice(0, 10);
  const old = readFileSync(page, 'utf8');
  const [start, end] = [old.indexOf(begins), old.indexOf(ends)];
  if (start < 0 || end < 0) throw new Error(`bench/README.md has no place for it: ${begins} … ${ends}`);
  writeFileSync(page, `${old.slice(0, start + begins.length)}\n\n### ${today}\n\n${text}\n\n${old.slice(end)}`);
}
