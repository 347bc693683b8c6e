import { Controller, Get, Sse } from '@nestjs/common';
import { Field, ObjectType, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { of } from 'rxjs';
import { expect, test } from 'vitest';
import { RequireFlag } from './require-flag.ts';
import { startApp } from './testing/start-app.ts';

test.each([
  ['nothing', undefined],
  ['an empty text', ''],
  ['blanks', '  '],
  ['an object', {}],
])('refuses @RequireFlag with %s where it stands, and says how to mend it', (_name, key) => {
  expect(() => RequireFlag(key as string)).toThrow(/^BURGEE_NEST_001: @RequireFlag.* Give the key of a flag/);
});

@Controller('news')
class NewsController {
  @Sse('stream')
  @RequireFlag('live-news')
  stream() {
    return of({ data: 'fresh' });
  }
}

test('opens and closes a stream by its flag', async () => {
  await using app = await startApp({ controllers: [NewsController], flags: { 'live-news': true } });
  expect(await app.get('/news/stream')).toMatchObject({ status: 200, body: expect.stringContaining('data: fresh') });
  app.flags.set('live-news', false);
  const closed = await app.get('/news/stream');
  expect(closed.status).toBe(404);
  expect(closed.body).not.toContain('fresh');
});

@Controller('closed')
@RequireFlag('unknown-flag')
class ClosedController {
  @Get()
  list() {
    return 'open';
  }
}

test('keeps a class closed whose flag is not known', async () => {
  await using app = await startApp({ controllers: [ClosedController] });
  expect((await app.get('/closed')).status).toBe(404);
});

@ObjectType()
class Parcel {
  @Field(() => String)
  declare id: string;

  @Field(() => String, { nullable: true })
  declare route?: string;
}

@Resolver(() => Parcel)
class ParcelResolver {
  @Query(() => Parcel)
  parcel() {
    return { id: '1' };
  }

  @ResolveField(() => String, { nullable: true })
  @RequireFlag('unknown-flag')
  route() {
    return 'secret';
  }
}

test('keeps a field closed whose flag is not known, and refuses to start where no guard would run', async () => {
  await using app = await startApp({ providers: [ParcelResolver] });
  expect((await app.graphql('{ parcel { id route } }')).data).toEqual({ parcel: { id: '1', route: null } });
  await expect(startApp({ providers: [ParcelResolver], fieldResolverEnhancers: [] })).rejects.toThrow(
    /BURGEE_NEST_003/,
  );
});
