import { expect, test } from 'vitest';
import { apiEnvironment } from './main.support.ts';
import { startApi } from './main.ts';

test('starts while Postgres is away, says that it is not ready, and stops', async () => {
  const api = await startApi(await apiEnvironment('postgres://nobody:nothing@127.0.0.1:1/none'));
  try {
    expect((await fetch(`${api.url}/livez`)).status).toBe(200);
    expect((await fetch(`${api.url}/livez`, { method: 'POST' })).headers.get('allow')).toBe('GET');
    expect((await fetch(`${api.url}/nothing`)).status).toBe(404);
  } finally {
    await api.stop();
  }
  await expect(fetch(`${api.url}/livez`)).rejects.toThrow();
});
