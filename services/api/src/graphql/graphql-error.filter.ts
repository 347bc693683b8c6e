import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { GraphQLError } from 'graphql';
import { asBurgeeError, BurgeeError, extensionsOf } from '../errors.ts';

/** What the GraphQL door answers, whatever happened. */
export interface GraphqlAnswer {
  readonly data?: unknown;
  readonly errors?: readonly GraphqlTrouble[];
}

interface GraphqlTrouble {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly locations?: readonly { readonly line: number; readonly column: number }[] | undefined;
  readonly extensions: Record<string, unknown>;
}

/** Answers trouble before the execution, such as a bad credential, in GraphQL's form and with its HTTP status. */
@Catch()
export class GraphqlErrorFilter implements ExceptionFilter {
  catch(exception: unknown, host: ArgumentsHost): void {
    if (host.getType<string>() === 'graphql') throw exception;
    const error =
      exception instanceof HttpException
        ? new BurgeeError('BAD_INPUT', exception.message, { cause: exception })
        : asBurgeeError(exception);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { retryAfterSeconds } = error.circumstances;
    if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
    if (error.status === 401) reply.header('www-authenticate', 'Bearer');
    reply.status(error.status).send({ errors: [{ message: error.message, extensions: extensionsOf(error) }] });
  }
}

/** The answer to a document that does not fit the schema or its limits. */
export function answerOf(error: unknown, { tellsNames }: { readonly tellsNames: boolean }): GraphqlAnswer {
  const found = (error as { errors?: unknown }).errors;
  const errors = Array.isArray(found) && found.every((one) => one instanceof GraphQLError) ? found : undefined;
  if (errors === undefined) throw error;
  return { errors: errors.slice(0, 20).map((one) => troubleOf(one, tellsNames)) };
}

/** One error of an execution, with its code, its fix and whatever else its circumstances tell. */
export function troubleOf(error: GraphQLError, tellsNames = true): GraphqlTrouble {
  const { path, locations } = error;
  const message = shortened(tellsNames ? error.message : error.message.replace(/ Did you mean .*$/s, ''));
  const ours = error.originalError ? asBurgeeError(error.originalError) : undefined;
  if (ours && !(error.originalError instanceof GraphQLError)) {
    return { message: ours.message, path, locations, extensions: extensionsOf(ours) };
  }
  const code = error.extensions.code === 'LIMIT_EXCEEDED' ? 'LIMIT_EXCEEDED' : 'BAD_INPUT';
  return { message, path, locations, extensions: extensionsOf(new BurgeeError(code, message)) };
}

/** Sentences of GraphQL repeat what was sent, however long it is. */
function shortened(message: string): string {
  return message.length <= longestMessage ? message : `${message.slice(0, longestMessage)}…`;
}

const longestMessage = 1000;
