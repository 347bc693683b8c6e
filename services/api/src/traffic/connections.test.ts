import { connect, type Socket } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../config.ts';
import { apiEnvironment } from '../main.support.ts';
import { createApp } from '../main.ts';
import { openFilesAllowed } from './connections.store.ts';

let app: NestFastifyApplication;
let url: string;
const lines: string[] = [];
beforeAll(async () => {
  const env = await apiEnvironment('postgres://nobody:nothing@127.0.0.1:1/none', { BURGEE_MAX_CONNECTIONS: '10' });
  const config = readConfig(env);
  app = await createApp(config, pino({ level: 'warn' }, { write: (line) => void lines.push(line) }));
  await app.listen(config.port, config.host);
  url = `http://${config.host}:${config.port}`;
});
const sockets: Socket[] = [];
const closeAll = () => {
  for (const socket of sockets.splice(0)) socket.destroy();
};
afterEach(closeAll);
afterAll(() => app.close());

/** Opens connections; resolves when the server has answered or dropped the last of them. */
async function open(count: number): Promise<void> {
  const { hostname, port } = new URL(url);
  for (let nr = 0; nr < count; nr += 1) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    sockets.push(socket);
    await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
  }
}
const decide = () =>
  fetch(`${url}/v1/decisions`, { method: 'POST', headers: { authorization: 'Bearer x', connection: 'close' } });

test('who comes when there are too many connections is told to come back, operators are answered', async () => {
  await open(10);
  await expect
    .poll(async () => {
      const refused = await decide();
      return [refused.status, refused.headers.get('connection'), Number(refused.headers.get('retry-after')) >= 1];
    })
    .toEqual([503, 'close', true]);
  expect((await fetch(`${url}/livez`, { headers: { connection: 'close' } })).status).toBe(200);
  closeAll();
  await expect.poll(async () => (await decide()).status).toBe(401);
});

test('what comes beyond is dropped, which is logged once, and is over with the flood', async () => {
  await open(80);
  await expect.poll(() => sockets.filter(({ closed, destroyed }) => closed || destroyed).length).toBeGreaterThan(30);
  closeAll();
  await expect.poll(async () => (await decide().catch(() => undefined))?.status).toBe(401);
  const said = lines.filter((line) => /"connections":/.test(line));
  expect(said).toHaveLength(1);
});

test('an error of accepting does not end the process', () => {
  const server = app.getHttpServer() as NodeJS.EventEmitter;
  const error = Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' });
  expect(() => server.emit('error', error)).not.toThrow();
});

test('reads how many files may be open', () => {
  const text =
    'Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 4096                 files     \n';
  expect(openFilesAllowed(text)).toBe(1024);
  expect(openFilesAllowed('Max open files            unlimited            unlimited            files\n')).toBe(
    Number.POSITIVE_INFINITY,
  );
  expect(openFilesAllowed('')).toBe(Number.POSITIVE_INFINITY);
});
