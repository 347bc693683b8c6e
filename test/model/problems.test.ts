import { readFileSync } from 'node:fs';
import { type Problem, parseFlag, parseSegment } from '@burgee/evaluator';
import { type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { broken, goodFlag, goodSegment, oddRules } from './documents.ts';

/** Documents of each kind; more by BURGEE_MODEL_CASES. */
const cases = Number(process.env.BURGEE_MODEL_CASES ?? 1000);
const batchSize = 250;
let database: ThrowawayDatabase;

beforeAll(async () => {
  database = await throwawayDatabase();
});

afterAll(() => database.drop());

/** Problems as a set, in one order. */
function asSet(problems: readonly Problem[]): string[] {
  return [...new Set(problems.map(({ path, message }) => `${path}: ${message}`))].sort();
}

async function problemsInSql(check: string, documents: readonly unknown[]): Promise<string[][]> {
  const rows = await database.sql<{ problems: Problem[] }>(
    `select coalesce((select jsonb_agg(problem) from burgee.${check}(document) as problem), '[]') as problems
     from unnest($1::text[]) with ordinality as listed (text, position), lateral (select text::jsonb as document) as parsed
     order by position`,
    [documents.map((document) => JSON.stringify(document))],
  );
  return rows.map(({ problems }) => asSet(problems));
}

type Parsed = { ok: true } | { ok: false; problems: readonly Problem[] };

async function expectAgreement(check: string, parse: (input: unknown) => Parsed, documents: readonly unknown[]) {
  let refused = 0;
  for (let i = 0; i < documents.length; i += batchSize) {
    const batch = documents.slice(i, i + batchSize);
    const inSql = await problemsInSql(check, batch);
    for (const [j, document] of batch.entries()) {
      const parsed = parse(JSON.parse(JSON.stringify(document)));
      const problems = parsed.ok ? [] : asSet(parsed.problems);
      if (problems.length > 0) refused++;
      expect(problems, JSON.stringify(document)?.slice(0, 2000)).toEqual(inSql[j]);
    }
  }
  return refused;
}

function sample(documents: fc.Arbitrary<unknown>): unknown[] {
  const seed = Number(process.env.BURGEE_MODEL_SEED ?? 20261201);
  return fc.sample(documents, { numRuns: cases, seed });
}

test('parser and database find nothing wrong with good flags', async () => {
  const refused = await expectAgreement('flag_problems', parseFlag, sample(goodFlag));
  expect(refused).toBe(0);
}, 300_000);

test('parser and database name the same problems of broken flags', async () => {
  const refused = await expectAgreement('flag_problems', parseFlag, sample(broken(goodFlag)));
  expect(refused / cases).toBeGreaterThan(0.5);
  await expectAgreement('flag_problems', parseFlag, sample(oddRules));
}, 300_000);

test('parser and database name the same problems of segments', async () => {
  await expectAgreement('segment_problems', parseSegment, sample(goodSegment));
  const refused = await expectAgreement('segment_problems', parseSegment, sample(broken(goodSegment)));
  expect(refused / cases).toBeGreaterThan(0.4);
}, 300_000);

test('parser and database name the same problems of any JSON', async () => {
  const any = fc.jsonValue({ depthSize: 'medium', noUnicodeString: true }).filter(survivesJsonb);
  await expectAgreement('flag_problems', parseFlag, sample(any));
  await expectAgreement('segment_problems', parseSegment, sample(any));
}, 300_000);

/** jsonb holds no NUL and no half of a surrogate pair. */
function survivesJsonb(value: unknown): boolean {
  const text = JSON.stringify(value);
  return !text.includes('\\u0000') && !/\\ud[89a-f]/i.test(text);
}

test('database, parser and specification have the same operators', async () => {
  const inSql = await database.sql(
    'select system, name, operand, min_values as "minValues", max_values as "maxValues" from burgee.operator order by name collate "C"',
  );
  const of = (system: string, rows: readonly object[]) => rows.map((row) => ({ system, ...row }));
  const spec = JSON.parse(readFileSync(new URL('../../spec/operators.json', import.meta.url), 'utf8'));
  expect(inSql).toEqual([...of('unleash', spec.unleashOperators), ...of('burgee', spec.operators)]);
});
