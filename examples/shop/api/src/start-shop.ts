import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { appModule } from './app.module.ts';
import { readShopConfig } from './config.ts';

export interface RunningShop {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts storefront and GraphQL in one process; throws a sentence when it cannot. */
export async function startShop(env: Readonly<Record<string, string | undefined>>): Promise<RunningShop> {
  const config = readShopConfig(env);
  const adapter = new FastifyAdapter({ forceCloseConnections: true });
  const app = await NestFactory.create<NestFastifyApplication>(appModule(config), adapter, {
    logger: ['warn', 'error'],
  });
  const storefront = storefrontFolder();
  if (existsSync(storefront)) await app.register(fastifyStatic, { root: storefront });
  else new Logger('Shop').warn(`there is no storefront to serve: run \`pnpm build\` (${storefront})`);
  await app.listen(config.port, config.host);
  return { url: await app.getUrl(), stop: () => app.close() };
}

/** Where the storefront is once it is built. */
function storefrontFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('@burgee/shop-web/package.json')), 'dist');
}
