import { eventually } from '@burgee/test/support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi, type TestFlag } from '../main.support.ts';

const flags: readonly TestFlag[] = [
  { key: 'same', clientVisible: true },
  { key: 'also-same', enabled: false },
  { key: 'half', clientVisible: true, rules: [{ id: 'some', rollout: 50 }], default: 'off' },
  { key: 'nordic', rules: [{ id: 'n', if: [{ attr: 'country', op: 'in', values: ['NO'] }] }], default: 'off' },
  { key: 'last', clientVisible: true },
];

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi(flags);
});
afterAll(() => api.stop());

interface Answered {
  readonly key: string;
  readonly variant?: string;
  readonly reason?: string;
  readonly errorCode?: string;
}

const counts = new Map<string, number>();
const reasons = new Map<string, number>();

function note(answers: readonly Answered[], source: 'used' | 'delivered'): void {
  for (const { key, variant, reason = 'ERROR', errorCode } of answers) {
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    if (errorCode === 'FLAG_NOT_FOUND') continue;
    const row = `${key} ${variant || null} ${source}`;
    counts.set(row, (counts.get(row) ?? 0) + 1);
  }
}

/** One of four kinds of request, for one of seven users, by one of two keys. */
async function ask(nr: number): Promise<void> {
  const context = { targetingKey: `user ${nr % 7}`, ...(nr % 3 === 0 && { country: 'NO' }) };
  const key = nr % 5 === 0 ? api.keys.client : api.keys.server;
  const post = async (path: string) => (await api.post(path, { body: { context }, key })).json();
  if (nr % 4 === 0) {
    const asked = ['half', 'same', 'also-same', 'not-there'][(nr / 4) % 4] as string;
    note([(await post(`/ofrep/v1/evaluate/flags/${asked}`)) as Answered], 'used');
  } else if (nr % 4 === 1) {
    const body = (await post('/v1/decisions')) as { flags: Record<string, Omit<Answered, 'key'>> };
    note(
      Object.entries(body.flags).map(([flag, answer]) => ({ key: flag, ...answer })),
      'delivered',
    );
  } else {
    note(((await post('/ofrep/v1/evaluate/flags')) as { flags: Answered[] }).flags, 'delivered');
  }
}

async function askMany(from: number, to: number): Promise<void> {
  for (let nr = from; nr < to; nr += 20) {
    await Promise.all(Array.from({ length: Math.min(20, to - nr) }, (_, offset) => ask(nr + offset)));
  }
}

async function decided(): Promise<Map<string, number>> {
  const text = await (await fetch(`${api.url}/metrics`)).text();
  const found = text.matchAll(/^burgee_decisions_total\{reason="(\w+)"\} (\d+)$/gm);
  return new Map([...found].map(([, reason = '', count]) => [reason, Number(count)]));
}

test('counts every decision of a thousand mixed requests, also while a version follows another', async () => {
  await askMany(0, 400);
  await api.addFlag({ key: 'late', clientVisible: true });
  await askMany(400, 700);
  expect(await decided()).toEqual(reasons); // what was taken and what was not
  await eventually(async () => {
    const body = (await (await api.post('/ofrep/v1/evaluate/flags', { body: {} })).json()) as { flags: Answered[] };
    note(body.flags, 'delivered');
    expect(body.flags.map(({ key }) => key)).toContain('late');
  });
  await askMany(700, 1000);
  expect([...counts.keys()]).toContain('late on delivered');
  await eventually(async () => {
    const rows = await api.database.sql<{ row: string; count: number }>(
      `select concat_ws(' ', flag.key, coalesce(variant, 'null'), source) as row, sum(count)::int as count
         from burgee.flag_exposure
         join burgee.flag on flag.id = flag_id
        group by 1`,
    );
    expect(new Map(rows.map(({ row, count }) => [row, count]))).toEqual(counts);
  });
  expect(await decided()).toEqual(reasons);
});
