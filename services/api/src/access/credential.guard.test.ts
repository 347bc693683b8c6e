import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { readConfig } from '../config.ts';
import { apiEnvironment } from '../main.support.ts';
import { Postgres } from '../postgres.ts';
import { Limits } from '../traffic/limits.store.ts';
import { Credential, CredentialGuard, Public } from './credential.guard.ts';
import { databaseKeys } from './database-keys.support.ts';
import { KeyStore } from './key.store.ts';

class Room {
  bare(): void {}

  @Public()
  open(): void {}

  @Credential('server')
  locked(): void {}
}

async function pass(handler: () => void): Promise<boolean> {
  const config = readConfig(await apiEnvironment('postgres://nobody:nothing@127.0.0.1:1/none'));
  const postgres = new Postgres({ url: config.databaseUrl, onError: () => undefined });
  const keys = new KeyStore(databaseKeys(postgres), Date.now, pino({ level: 'silent' }));
  const nobody = { cookieName: 'session', fromCookie: async () => undefined, fromBearer: async () => undefined };
  const guard = new CredentialGuard(new Reflector(), keys, nobody, config, new Limits(config, new Registry()));
  const context = {
    getHandler: () => handler,
    getClass: () => Room,
    getType: () => 'http',
    switchToHttp: () => ({ getRequest: () => ({ method: 'GET', headers: {} }) }),
  };
  try {
    return await guard.canActivate(context as unknown as ExecutionContext);
  } finally {
    await postgres.close();
  }
}

test('shuts a route that says nothing about credentials', async () => {
  await expect(pass(Room.prototype.bare)).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

test('opens a public route to everybody, and another to nobody without a credential', async () => {
  expect(await pass(Room.prototype.open)).toBe(true);
  await expect(pass(Room.prototype.locked)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
});
