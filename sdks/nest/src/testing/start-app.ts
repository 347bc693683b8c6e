import 'reflect-metadata';
import { type StaticFlags, staticFlags } from '@burgee/client/server';
import type { CanActivate, ExecutionContext, Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { BurgeeModule } from '../burgee.module.ts';
import type { BurgeeModuleOptions } from '../options.ts';
import { requestOf } from '../request.ts';

export interface TestApp extends AsyncDisposable {
  flags: StaticFlags;
  get(path: string, headers?: Record<string, string>): Promise<{ status: number; type: string; body: string }>;
  graphql(
    query: string,
    headers?: Record<string, string>,
  ): Promise<{ data: unknown; errors: { message: string; code: unknown }[] }>;
}

export interface TestAppParts {
  controllers?: Type[];
  providers?: Type[];
  globalGuard?: Type<CanActivate>;
  flags?: Record<string, boolean | string | number>;
  options?: Partial<BurgeeModuleOptions>;
  fieldResolverEnhancers?: ('guards' | 'filters')[];
}

/** A real application on Fastify with GraphQL by Mercurius; only its flags are at hand. */
export async function startApp(parts: TestAppParts): Promise<TestApp> {
  const flags = staticFlags(parts.flags ?? {});
  const { controllers = [], providers = [], fieldResolverEnhancers = ['guards', 'filters'] } = parts;
  const graphql = GraphQLModule.forRoot<MercuriusDriverConfig>({
    driver: MercuriusDriver,
    autoSchemaFile: true,
    fieldResolverEnhancers,
  });
  const module = await Test.createTestingModule({
    imports: [
      BurgeeModule.forRoot({ url: 'test:', key: 'test', source: flags, ...parts.options }),
      ...(providers.length > 0 ? [graphql] : []),
    ],
    controllers,
    providers: [...providers, ...(parts.globalGuard ? [{ provide: APP_GUARD, useClass: parts.globalGuard }] : [])],
  }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return {
    flags,
    async get(path, headers = {}) {
      const { statusCode, body, headers: answered } = await app.inject({ method: 'GET', url: path, headers });
      return { status: statusCode, type: String(answered['content-type']), body };
    },
    async graphql(query, headers = {}) {
      const answer = await app.inject({ method: 'POST', url: '/graphql', headers, payload: { query } });
      const { data, errors = [] } = answer.json();
      const simple = errors.map((error: { message: string; extensions?: { code?: string } }) => {
        return { message: error.message, code: error.extensions?.code };
      });
      return { data, errors: simple };
    },
    [Symbol.asyncDispose]: () => app.close(),
  };
}

/** Authorisation as an application might have it: who says `x-user` is signed in. */
export class SignedInGuard implements CanActivate {
  canActivate(execution: ExecutionContext): boolean {
    const request = requestOf(execution) as { headers: Record<string, string>; user?: { id: string } };
    const id = request.headers['x-user'];
    if (id !== undefined) request.user = { id };
    return id !== undefined;
  }
}
