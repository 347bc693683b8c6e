import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from './decide.ts';
import type { FeatureSet } from './features.arbitrary.ts';

type Row = readonly [enabled: boolean, variant: string, payload: string | null];

/** A set, and the core's answers to it: all contexts of the first feature, then of the second. */
export type Answered = FeatureSet & { readonly answers: readonly Row[] };

const file = join(import.meta.dirname, '../data/unleash-yggdrasil/answers.jsonl');

/** Asks Unleash's Rust core itself, by a Python that has yggdrasil-engine. */
export function askCore(python: string, sets: readonly FeatureSet[]): Answered[] {
  const input = sets.map((set) => JSON.stringify(set)).join('\n');
  const script = join(import.meta.dirname, 'yggdrasil.py');
  const { stdout, stderr, status } = spawnSync(python, [script], { input, encoding: 'utf8', maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(stderr);
  const rows = stdout.trim().split('\n');
  return sets.map((set, i) => ({ ...set, answers: JSON.parse(rows[i] ?? '[]') as Row[] }));
}

/** What the core has answered once. */
export function recorded(): Answered[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Answered);
}

export function record(answered: readonly Answered[]): void {
  writeFileSync(file, answered.map((one) => `${JSON.stringify(one)}\n`).join(''));
}

export function answerOf({ answers, contexts }: Answered, feature: number, context: number): Answer {
  const [enabled = false, variant = '', payload = null] = answers[feature * contexts.length + context] ?? [];
  return { enabled, variant, payload: payload ?? undefined };
}
