import { Body, Controller, HttpCode, Inject, type OnModuleInit, Post, Req, Res, UseFilters } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type DocumentNode, GraphQLError, Kind, OperationTypeNode, parse, visit } from 'graphql';
import { Credential } from '../access/credential.guard.ts';
import { MEMBER_CREDENTIALS, type MemberCredentials } from '../access/member-credentials.ts';
import { isOwnOrigin } from '../access/own-origin.ts';
import { badToken, presentedBy } from '../access/presented.ts';
import { CONFIG, type Config } from '../config.ts';
import { BurgeeError } from '../errors.ts';
import { answerOf, type GraphqlAnswer, GraphqlErrorFilter } from './graphql-error.filter.ts';
import { importDoor } from './import-door.ts';
import { documentLimits } from './limits.ts';

interface Operation {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly operationName: string | undefined;
}

/** The GraphQL door: POST and JSON only, from our own pages or from no page, one operation a request. */
@Controller()
@UseFilters(GraphqlErrorFilter)
export class GraphqlController implements OnModuleInit {
  readonly #server: () => FastifyInstance;
  readonly #config: Config;
  readonly #members: MemberCredentials;

  constructor(
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(CONFIG) config: Config,
    @Inject(MEMBER_CREDENTIALS) members: MemberCredentials,
  ) {
    this.#server = () => host.httpAdapter.getInstance<FastifyInstance>();
    this.#config = config;
    this.#members = members;
  }

  /** The guard comes after the body; where the body may be large, a stranger's is not even read. */
  onModuleInit(): void {
    this.#server().addHook('onRequest', async (request) => {
      if (request.routeOptions.url === importDoor) await this.#refuseStranger(request);
    });
  }

  /** The same for one mutation with a large body, `importFlags`. */
  @Post(importDoor)
  @HttpCode(200)
  @Credential('member')
  executeImport(
    @Req() request: FastifyRequest,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GraphqlAnswer> {
    const fields = rootFields(parsed(operationIn(body).query));
    if (fields.some((name) => name !== 'importFlags')) {
      throw new BurgeeError('BAD_INPUT', 'this address takes the mutation importFlags only', { fix: 'Use /graphql.' });
    }
    return this.execute(request, body, reply);
  }

  @Post('graphql')
  @HttpCode(200)
  @Credential('member', 'client', 'server')
  async execute(
    @Req() request: FastifyRequest,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GraphqlAnswer> {
    if (!isOwnOrigin(request.headers, this.#config)) {
      throw new BurgeeError('FORBIDDEN', 'GraphQL answers pages of its own origin only.', {
        fix: 'Ask from a server, without Origin; pages of yours ask /ofrep/ or /v1/decisions with a client key.',
      });
    }
    const operation = operationIn(body);
    const isMember = request.credential?.kind === 'member';
    const document = parsed(operation.query);
    refuseSubscription(document);
    if (!isMember) refuseIntrospection(document);
    try {
      const { query, variables, operationName } = operation;
      const result = await this.#server().graphql(query, { request }, variables, operationName);
      reply.header('cache-control', 'no-store');
      if (isAway(result as GraphqlAnswer)) reply.status(503).header('retry-after', '2');
      return result as GraphqlAnswer;
    } catch (error) {
      reply.status(400);
      return answerOf(error, { tellsNames: isMember });
    }
  }

  async #refuseStranger({ headers }: FastifyRequest): Promise<void> {
    const { bearer, cookie } = presentedBy(headers, this.#members.cookieName);
    const isKnown =
      (bearer !== undefined && (await this.#members.fromBearer(bearer)) !== undefined) ||
      (cookie !== undefined && (await this.#members.fromCookie(cookie)) !== undefined);
    if (isKnown) return;
    if (bearer !== undefined) throw badToken(bearer, true);
    throw new BurgeeError('UNAUTHORIZED', 'sign in, or send an access token as Authorization: Bearer');
  }
}

/** Nothing came of it because the database is away or takes no writes: whoever asked may come again. */
function isAway({ data, errors = [] }: GraphqlAnswer): boolean {
  const code = errors[0]?.extensions.code;
  return data == null && (code === 'UNAVAILABLE' || code === 'READ_ONLY');
}

function rootFields({ definitions }: DocumentNode): string[] {
  return definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return [definition.kind];
    return definition.selectionSet.selections.map((field) =>
      field.kind === Kind.FIELD ? field.name.value : field.kind,
    );
  });
}

function operationIn(body: unknown): Operation {
  if (Array.isArray(body)) throw new BurgeeError('BAD_INPUT', 'send one operation a request, not a list');
  const { query, variables, operationName, extensions, ...rest } = isRecord(body) ? body : {};
  if (typeof query !== 'string' || query === '') {
    throw new BurgeeError('BAD_INPUT', 'send { "query": "…", "variables": { … } }');
  }
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) throw new BurgeeError('BAD_INPUT', `unknown member "${unknown}" beside the query`);
  if (variables !== undefined && variables !== null && !isRecord(variables)) {
    throw new BurgeeError('BAD_INPUT', 'variables must be an object');
  }
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    throw new BurgeeError('BAD_INPUT', 'operationName must be text');
  }
  return { query, variables: variables ?? {}, operationName: operationName ?? undefined };
}

/** Parses before Mercurius does, which would otherwise take a syntax tree written as JSON, past the limit of tokens. */
function parsed(query: string): DocumentNode {
  try {
    return parse(query, { maxTokens: documentLimits.tokens, noLocation: true });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (error.message.includes('tokens')) {
      throw new BurgeeError('LIMIT_EXCEEDED', `the query has more than ${documentLimits.tokens} tokens`, {
        cause: error,
      });
    }
    throw new BurgeeError('BAD_INPUT', error.message, { cause: error });
  }
}

function refuseSubscription({ definitions }: DocumentNode): void {
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION || definition.operation !== OperationTypeNode.SUBSCRIPTION)
      continue;
    throw new BurgeeError('BAD_INPUT', 'subscriptions are not served: GET /v1/changes tells what changed');
  }
}

/** The schema is told to people who signed in; an application's key, which a browser may hold, learns nothing of it. */
function refuseIntrospection(document: DocumentNode): void {
  visit(document, {
    Field({ name }) {
      if (name.value !== '__schema' && name.value !== '__type') return;
      throw new BurgeeError('FORBIDDEN', 'The schema is shown to members only.', {
        fix: 'Sign in, or use an access token.',
      });
    },
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
