import { eventually } from '@burgee/test/support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiEnvironment, startTestApi, type TestApi } from '../main.support.ts';
import { startApi } from '../main.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi([{ key: 'a' }, { key: 'b' }]);
});
afterAll(() => api.stop());

const value = async (url: string) => {
  const headers = { authorization: `Bearer ${api.keys.server}` };
  const response = await fetch(`${url}/ofrep/v1/evaluate/flags/a`, { method: 'POST', headers });
  return (await response.json()) as object;
};
const set = (assignment: string) =>
  api.database.sql(
    `update burgee.flag_setting set ${assignment} from burgee.flag where flag.id = flag_id and key = 'a'`,
  );
/** What only compiling can tell passes the database. */
const broken = `rules = '[{"id":"r","if":[{"attr":"email","op":"matches","values":["(unclosed"]}],"serve":"on"}]'`;

test('a flag whose newest form does not compile is served in the newest that does, by old and new replicas alike', async () => {
  await set(`default_serve = '"off"'`);
  await eventually(async () => expect(await value(api.url)).toMatchObject({ value: false }));
  await set(broken);
  await set(`default_serve = '"on"'`);
  const [{ version } = { version: '' }] = await api.database.sql<{ version: string }>(
    'select version from burgee.environment',
  );
  await eventually(async () => {
    const response = await fetch(`${api.url}/v1/ruleset`, { headers: { authorization: `Bearer ${api.keys.server}` } });
    expect(response.headers.get('etag')).toContain(`"${version}.`);
  });
  expect(await value(api.url)).toMatchObject({ value: false, variant: 'off', reason: 'STATIC' });
  const { PORT } = await apiEnvironment('');
  const newcomer = await startApi({ ...api.env, PORT });
  try {
    expect(await value(newcomer.url)).toEqual(await value(api.url));
  } finally {
    await newcomer.stop();
  }
});

test('it is switched off all the same, and the figure for alarms counts it', async () => {
  await set('enabled = false');
  await eventually(async () => expect(await value(api.url)).toMatchObject({ value: false, reason: 'STATIC' }));
  const figures = await (await fetch(`${api.url}/metrics`)).text();
  expect(figures).toContain(`burgee_flag_problems{environment="test"} 1`);
});
