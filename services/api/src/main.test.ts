import { expect, test, vi } from 'vitest';
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

test('closes each connection with its next answer once it is told to stop', async () => {
  const environment = await apiEnvironment('postgres://nobody:nothing@127.0.0.1:1/none');
  const api = await startApi({ ...environment, BURGEE_DRAIN_MS: '500' });
  expect((await fetch(`${api.url}/livez`)).headers.get('connection')).not.toBe('close');
  const stopped = api.stop();
  expect((await fetch(`${api.url}/livez`)).headers.get('connection')).toBe('close');
  await stopped;
});

test('starts without a warning of the framework', async () => {
  const warned = vi.spyOn(process, 'emitWarning');
  const api = await startApi(await apiEnvironment('postgres://nobody:nothing@127.0.0.1:1/none'));
  await api.stop();
  expect(warned.mock.calls.map(([warning]) => String(warning))).toEqual([]);
  warned.mockRestore();
});

test.each([
  ['that is no UTF-8', '%ff', 'starts no byte of UTF-8'],
  ['longer than any key', 'x'.repeat(3000), 'longer than 512 characters'],
])('answers an address %s in the words of OFREP, and shortly', async (_name, part, sentence) => {
  const api = await startApi(await apiEnvironment('postgres://nobody:nothing@127.0.0.1:1/none'));
  try {
    const response = await fetch(`${api.url}/ofrep/v1/evaluate/flags/${part}`, { method: 'POST' });
    expect(response.status).toBe(400);
    const body = await response.text();
    expect(JSON.parse(body)).toMatchObject({ errorCode: 'GENERAL', errorDetails: expect.stringContaining(sentence) });
    expect(body.length).toBeLessThan(200);
  } finally {
    await api.stop();
  }
});
