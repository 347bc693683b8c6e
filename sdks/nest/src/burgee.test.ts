import { staticFlags } from '@burgee/client/server';
import { Controller, Get, Inject } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { Query, Resolver } from '@nestjs/graphql';
import { Test } from '@nestjs/testing';
import { expect, test } from 'vitest';
import { BurgeeModule } from './burgee.module.ts';
import { Burgee } from './burgee.ts';
import { FlagValue } from './flag-value.ts';
import { signedInUser } from './request.ts';
import { SignedInGuard, startApp } from './testing/start-app.ts';

@Controller('shop')
class ShopController {
  constructor(@Inject(Burgee) private readonly burgee: Burgee) {}

  @Get('page-size')
  pageSize(@FlagValue('page-size', 20) pageSize: number) {
    return String(pageSize);
  }

  @Get('checkout')
  async checkout() {
    await Promise.resolve();
    return this.burgee.branch('new-checkout', { on: () => 'new', off: () => 'old' });
  }

  @Get('who')
  who() {
    return this.burgee.evaluate('new-checkout');
  }
}

@Resolver()
class ShopResolver {
  constructor(@Inject(Burgee) private readonly burgee: Burgee) {}

  @Query(() => Number)
  pageSize(@FlagValue('page-size', 20) pageSize: number) {
    return pageSize;
  }

  @Query(() => String)
  checkout() {
    return this.burgee.branch('new-checkout', { on: 'new', off: 'old' });
  }
}

test('hands a flag to a parameter, with the default where there is no value of its type', async () => {
  await using app = await startApp({
    controllers: [ShopController],
    providers: [ShopResolver],
    flags: { 'page-size': 50 },
  });
  expect((await app.get('/shop/page-size')).body).toBe('50');
  expect((await app.graphql('{ pageSize }')).data).toEqual({ pageSize: 50 });
  app.flags.set('page-size', 'many');
  expect((await app.get('/shop/page-size')).body).toBe('20');
});

test('branches for the call that is being handled', async () => {
  await using app = await startApp({
    controllers: [ShopController],
    providers: [ShopResolver],
    flags: { 'new-checkout': true },
  });
  expect((await app.get('/shop/checkout')).body).toBe('new');
  expect((await app.graphql('{ checkout }')).data).toEqual({ checkout: 'new' });
  app.flags.set('new-checkout', false);
  expect((await app.get('/shop/checkout')).body).toBe('old');
});

test('knows the signed-in user, and believes no header', async () => {
  const rules = [{ id: 'ada', if: [{ attr: 'targetingKey', op: 'equals', values: ['ada'] }], serve: 'on' }];
  const flag = {
    key: 'new-checkout',
    enabled: true,
    type: 'boolean',
    variants: { on: true, off: false },
    off: 'off',
    rules,
    default: 'off',
  };
  const ruleset = { format: 1, environment: 'test', version: '1', flags: { 'new-checkout': flag }, segments: {} };
  const flags = staticFlags({});
  flags.put(JSON.stringify(ruleset));
  await using app = await startApp({
    controllers: [ShopController],
    options: { source: flags },
    globalGuard: SignedInGuard,
  });
  const as = (user: string) => app.get('/shop/checkout', { 'x-user': user, 'x-targeting-key': 'ada' });
  expect((await as('ada')).body).toBe('new');
  expect((await as('bob')).body).toBe('old');
});

test.each<[string, () => object]>([
  ['throws', () => expect.fail('no tenant')],
  ['answers a promise', () => Promise.resolve({})],
])('serves defaults where the option contextOf %s', async (_, contextOf) => {
  await using app = await startApp({
    controllers: [ShopController],
    flags: { 'page-size': 50, 'new-checkout': true },
    options: { contextOf: contextOf as () => { [attribute: string]: unknown } },
  });
  expect(await app.get('/shop/page-size')).toMatchObject({ status: 200, body: '20' });
  expect((await app.get('/shop/checkout')).body).toBe('old');
  expect(JSON.parse((await app.get('/shop/who')).body)).toMatchObject({ errorCode: 'INVALID_CONTEXT' });
});

test('takes an id that is a BigInt for the targeting key', () => {
  const request = { user: { id: 9_007_199_254_740_993n } };
  expect(signedInUser(new ExecutionContextHost([request]))).toEqual({ targetingKey: '9007199254740993' });
});

test('calls only the branch that is taken', async () => {
  const module = await Test.createTestingModule({
    imports: [
      BurgeeModule.forRootAsync({
        useFactory: () => ({ url: 'test:', key: 'test', source: staticFlags({ a: true }) }),
      }),
    ],
  }).compile();
  await module.init();
  const burgee = module.get(Burgee);
  const off = () => {
    throw new Error('not this one');
  };
  expect(burgee.branch('a', { on: () => 1, off })).toBe(1);
  expect(burgee.value('a', false, { targetingKey: 'x' })).toBe(true);
  expect(burgee.evaluate('b').errorCode).toBe('FLAG_NOT_FOUND');
  await module.close();
});

test('starts without the service, and without waiting long', async () => {
  const options = { url: 'http://127.0.0.1:1', key: 'test', onError: () => {} };
  const module = await Test.createTestingModule({ imports: [BurgeeModule.forRoot(options)] }).compile();
  await module.init();
  expect(module.get(Burgee).value('a', 'default')).toBe('default');
  await module.close();
});
