import { Controller, type ExecutionContext, Get, UseGuards } from '@nestjs/common';
import { Field, Mutation, ObjectType, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { expect, test } from 'vitest';
import { RequireFlag } from './require-flag.ts';
import { SignedInGuard, startApp } from './testing/start-app.ts';

@Controller('orders')
class OrdersController {
  @Get('plain')
  plain() {
    return 'open';
  }

  @Get('refund')
  @RequireFlag('refund-orders')
  refund() {
    return 'refunded';
  }

  @Get('forbidden')
  @RequireFlag('refund-orders', { otherwise: 'forbidden' })
  forbidden() {
    return 'refunded';
  }

  @Get('nothing')
  @RequireFlag('refund-orders', { otherwise: 'null' })
  nothing() {
    return 'refunded';
  }

  @Get('layout')
  @RequireFlag('layout', { value: 'grid' })
  layout() {
    return 'grid';
  }

  @Get('variant')
  @RequireFlag('layout', { variant: 'given' })
  variant() {
    return 'given';
  }

  @Get('both')
  @RequireFlag('refund-orders')
  @RequireFlag('express')
  both() {
    return 'both';
  }
}

@Controller('staff')
@RequireFlag('staff-area')
class StaffController {
  @Get()
  list() {
    return 'staff';
  }
}

const controllers = [OrdersController, StaffController];

test('opens a route while its flag is on, and closes it as soon as the flag is off', async () => {
  await using app = await startApp({ controllers, flags: { 'refund-orders': true } });
  expect(await app.get('/orders/refund')).toMatchObject({ status: 200, body: 'refunded' });
  app.flags.set('refund-orders', false);
  expect((await app.get('/orders/refund')).status).toBe(404);
  expect((await app.get('/orders/plain')).status).toBe(200);
});

test('answers like a route that is not there, or as the option says', async () => {
  await using app = await startApp({ controllers, flags: { 'refund-orders': false } });
  const missing = JSON.parse((await app.get('/orders/nowhere')).body);
  const closed = JSON.parse((await app.get('/orders/refund')).body);
  expect(closed).toEqual({ ...missing, message: missing.message.replace('nowhere', 'refund') });
  expect(await app.get('/orders/forbidden')).toMatchObject({ status: 403 });
  const nothing = await app.get('/orders/nothing');
  expect(nothing).toMatchObject({ status: 200, body: 'null' });
  expect(nothing.type).toContain('application/json');
});

test('asks for a value or a variant other than true', async () => {
  await using app = await startApp({ controllers, flags: { layout: 'grid' } });
  expect((await app.get('/orders/layout')).status).toBe(200);
  expect((await app.get('/orders/variant')).status).toBe(200);
  app.flags.set('layout', 'list');
  expect((await app.get('/orders/layout')).status).toBe(404);
});

test('guards every route of a class, and adds up on one route', async () => {
  await using app = await startApp({
    controllers,
    flags: { 'staff-area': true, 'refund-orders': true, express: false },
  });
  expect((await app.get('/staff')).status).toBe(200);
  expect((await app.get('/orders/both')).status).toBe(404);
  app.flags.set('express', true);
  app.flags.set('staff-area', false);
  expect((await app.get('/staff')).status).toBe(404);
  expect((await app.get('/orders/both')).status).toBe(200);
});

test('stays closed without a decision: unknown flag, another type, no ruleset, a context that cannot be made', async () => {
  await using app = await startApp({ controllers, flags: { 'refund-orders': 'yes' } });
  expect((await app.get('/orders/refund')).status).toBe(404);
  expect((await app.get('/orders/both')).status).toBe(404);
  const silent = { kind: 'static', open: () => () => {} } as const;
  await using empty = await startApp({ controllers, options: { source: silent, startTimeoutMs: 1 } });
  expect((await empty.get('/orders/refund')).status).toBe(404);
  const contextOf = () => {
    throw new Error('no tenant');
  };
  await using broken = await startApp({ controllers, flags: { 'refund-orders': true }, options: { contextOf } });
  expect((await broken.get('/orders/refund')).status).toBe(404);
});

@ObjectType()
class Order {
  @Field(() => String)
  id!: string;

  @Field(() => String, { nullable: true })
  margin?: string | null;

  @Field(() => String, { nullable: true })
  cost?: string | null;
}

@Resolver(() => Order)
class OrderResolver {
  @Query(() => Order)
  order(): Order {
    return { id: '1' };
  }

  @Query(() => String, { nullable: true })
  @RequireFlag('reports', { otherwise: 'null' })
  report() {
    return 'report';
  }

  @Mutation(() => String)
  @RequireFlag('refund-orders')
  refund() {
    return 'refunded';
  }

  @Mutation(() => String)
  @RequireFlag('refund-orders', { otherwise: 'forbidden' })
  refundStrictly() {
    return 'refunded';
  }

  @Mutation(() => String)
  @RequireFlag('refund-orders', { otherwise: 'graphql-error' })
  refundOpenly() {
    return 'refunded';
  }

  @ResolveField(() => String, { nullable: true })
  @RequireFlag('margins', { otherwise: 'null' })
  margin() {
    return '12 %';
  }

  @ResolveField(() => String, { nullable: true })
  @RequireFlag('margins', { otherwise: 'graphql-error' })
  cost() {
    return '88';
  }
}

@Resolver()
@RequireFlag('beta')
class BetaResolver {
  @Query(() => String)
  beta() {
    return 'beta';
  }
}

const providers = [OrderResolver, BetaResolver];

test('opens queries, mutations and fields while their flags are on', async () => {
  const flags = { reports: true, 'refund-orders': true, margins: true, beta: true };
  await using app = await startApp({ providers, flags });
  expect(await app.graphql('{ report beta order { id margin cost } }')).toEqual({
    data: { report: 'report', beta: 'beta', order: { id: '1', margin: '12 %', cost: '88' } },
    errors: [],
  });
  expect((await app.graphql('mutation { refund }')).data).toEqual({ refund: 'refunded' });
});

test('answers a closed query, mutation or field with null or with an error of the chosen code', async () => {
  await using app = await startApp({ providers, flags: { reports: false } });
  expect(await app.graphql('{ report order { id margin } }')).toEqual({
    data: { report: null, order: { id: '1', margin: null } },
    errors: [],
  });
  expect((await app.graphql('mutation { refund }')).errors).toEqual([{ message: 'Not found', code: 'NOT_FOUND' }]);
  expect((await app.graphql('mutation { refundStrictly }')).errors).toMatchObject([{ code: 'FORBIDDEN' }]);
  expect((await app.graphql('mutation { refundOpenly }')).errors).toMatchObject([{ code: 'FLAG_OFF' }]);
  expect((await app.graphql('{ beta }')).errors).toMatchObject([{ code: 'NOT_FOUND' }]);
  const { data, errors } = await app.graphql('{ order { id cost } }');
  expect(data).toEqual({ order: { id: '1', cost: null } });
  expect(errors).toMatchObject([{ code: 'FLAG_OFF' }]);
});

test('refuses to start where a guard on a field would not run', async () => {
  await expect(startApp({ providers, fieldResolverEnhancers: [] })).rejects.toThrow(
    /BURGEE_NEST_003.*OrderResolver\.(margin|cost)/,
  );
});

@Resolver(() => Order)
@RequireFlag('beta')
class GuardedOrderResolver {}

@Resolver(() => Order)
class HeirResolver extends GuardedOrderResolver {
  @Query(() => Order)
  order(): Order {
    return { id: '1' };
  }

  @ResolveField(() => String, { nullable: true })
  margin() {
    return '12 %';
  }
}

test('refuses so where the class inherits its flag', async () => {
  await expect(startApp({ providers: [HeirResolver], fieldResolverEnhancers: [] })).rejects.toThrow(
    /BURGEE_NEST_003.*HeirResolver.margin/,
  );
});

let seen: unknown[] = [];
const remember = (execution: ExecutionContext) => {
  const { user } = execution.switchToHttp().getRequest();
  seen.push(user?.id ?? 'nobody');
  return { targetingKey: user?.id };
};

@Controller('order-of-guards')
class OrderOfGuardsController {
  @Get('flag-above')
  @RequireFlag('any')
  @UseGuards(SignedInGuard)
  above() {
    return 'ok';
  }

  @Get('flag-below')
  @UseGuards(SignedInGuard)
  @RequireFlag('any')
  below() {
    return 'ok';
  }
}

@Controller('class-guard')
@UseGuards(SignedInGuard)
class ClassGuardController {
  @Get()
  @RequireFlag('any')
  list() {
    return 'ok';
  }
}

@Controller('flagged-class')
@RequireFlag('any')
class FlaggedClassController {
  @Get()
  list() {
    return 'ok';
  }
}

test('runs after global guards, after those of the class, and after those that stand below it', async () => {
  const all = {
    controllers: [OrderOfGuardsController, ClassGuardController],
    flags: { any: true },
    options: { contextOf: remember },
  };
  await using app = await startApp(all);
  const seenBy = async (path: string, headers = {}) => {
    seen = [];
    const { status } = await app.get(path, headers);
    return { status, seen };
  };
  const ada = { 'x-user': 'ada' };
  expect(await seenBy('/order-of-guards/flag-above', ada)).toEqual({ status: 200, seen: ['ada'] });
  expect(await seenBy('/order-of-guards/flag-above')).toEqual({ status: 403, seen: [] });
  expect(await seenBy('/order-of-guards/flag-below', ada)).toEqual({ status: 200, seen: ['nobody'] });
  expect(await seenBy('/class-guard', ada)).toEqual({ status: 200, seen: ['ada'] });
  expect(await seenBy('/class-guard')).toEqual({ status: 403, seen: [] });

  await using globally = await startApp({ ...all, controllers: [FlaggedClassController], globalGuard: SignedInGuard });
  seen = [];
  await globally.get('/flagged-class', ada);
  await globally.get('/flagged-class');
  expect(seen).toEqual(['ada']);
});

test('says what is wrong with a key or with contradicting options', () => {
  expect(() => RequireFlag('')).toThrow(/BURGEE_NEST_001/);
  expect(() => RequireFlag('New Checkout')).toThrow(/BURGEE_NEST_001/);
  expect(() => RequireFlag('a', { value: true, variant: 'on' })).toThrow(/BURGEE_NEST_002/);
});
