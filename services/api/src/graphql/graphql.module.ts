import { Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import type { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { AccessModule } from '../access/access.module.ts';
import { LOGGER } from '../platform.module.ts';
import { GraphqlController } from './graphql.controller.ts';
import { troubleOf } from './graphql-error.filter.ts';
import { documentLimits, limitsRule } from './limits.ts';
import { DateTimeScalar, JsonScalar } from './scalars.ts';

/** The GraphQL schema, built from the features' resolvers, behind one guarded route of our own. */
@Module({
  imports: [
    AccessModule,
    GraphQLModule.forRootAsync<MercuriusDriverConfig>({
      driver: MercuriusDriver,
      inject: [LOGGER],
      useFactory: (logger: Logger) => ({
        autoSchemaFile: true,
        sortSchema: true,
        routes: false,
        graphiql: false,
        cache: 256,
        validationRules: [limitsRule],
        graphql: { parseOptions: { maxTokens: documentLimits.tokens } },
        errorFormatter: (execution) => {
          const errors = (execution.errors ?? []) as GraphQLError[];
          return { statusCode: 200, response: { data: execution.data ?? null, errors: errors.map(logged(logger)) } };
        },
      }),
    }),
  ],
  controllers: [GraphqlController],
  providers: [JsonScalar, DateTimeScalar],
})
export class GraphqlModule {}

function logged(logger: Logger) {
  return (error: GraphQLError) => {
    const trouble = troubleOf(error);
    // the path holds aliases, which the sender wrote
    if (trouble.extensions.code === 'INTERNAL') logger.error({ err: error.originalError }, 'a resolver failed');
    return trouble as GraphQLError;
  };
}
