import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { AppModule } from '../app.module.ts';
import { readConfig } from '../config.ts';
import { apiEnvironment } from '../main.support.ts';

test('the committed schema is the one that the resolvers make', async () => {
  const config = readConfig(await apiEnvironment('postgres://nobody:nothing@127.0.0.1:1/none'));
  const app = await NestFactory.create(AppModule.with(config, pino({ level: 'silent' })), new FastifyAdapter(), {
    logger: false,
    abortOnError: false,
  });
  try {
    await app.init();
    const { schema } = app.get(GraphQLSchemaHost);
    // after a wanted change: vitest run --update
    await expect(`${printSchema(lexicographicSortSchema(schema))}\n`).toMatchFileSnapshot('../../schema.graphql');
  } finally {
    await app.close();
  }
});
