import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A question of questions.json, and what a client should make of the answer. */
export interface Question {
  readonly ask: string;
  readonly flag: string;
  readonly type: 'boolean' | 'string' | 'integer' | 'float' | 'object';
  readonly default: unknown;
  readonly context?: Readonly<Record<string, string | number | boolean>>;
  readonly expect: object;
  /** Where a client of this language makes something else of it. */
  readonly but?: Readonly<Partial<Record<string, { readonly why: string; readonly expect: object }>>>;
}

/** What every client is asked, whatever its language. */
export const questions = JSON.parse(await readFile(join(import.meta.dirname, 'questions.json'), 'utf8')) as Question[];

/** What a client of this language should answer. */
export function expectedOf({ expect, but }: Question, language: string): object {
  return but?.[language]?.expect ?? expect;
}
