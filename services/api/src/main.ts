import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { AppModule } from './app.module.ts';
import { type Config, type Environment, readConfig } from './config.ts';
import { ErrorFilter } from './errors.filter.ts';
import { Readiness } from './health/readiness.store.ts';
import { bodyLimitBytes, prepareServer } from './http.listener.ts';
import { createLogger, nestLogger } from './platform.module.ts';
import { Traffic } from './traffic/traffic.listener.ts';
import { answerWireFault, listenToWire, wireOptions } from './wire.listener.ts';

/** An api that listens. */
export interface RunningApi {
  /** Where it listens, such as `http://127.0.0.1:4400`. */
  readonly url: string;
  /** Says "not ready", lets streams and requests end, then closes everything; safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts the api from environment variables. It also starts while Postgres is away, and recovers by itself.
 *
 * @throws ConfigError with every fault of the configuration
 */
export async function startApi(env: Environment): Promise<RunningApi> {
  const config = readConfig(env);
  const logger = createLogger(config.logLevel);
  for (const warning of config.warnings) logger.warn(warning);
  const app = await createApp(config, logger);
  await app.listen(config.port, config.host);
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}`;
  logger.info({ url, role: config.role }, 'the api listens');
  let stopping: Promise<void> | undefined;
  return {
    url,
    stop: () => {
      stopping ??= drain(app, logger);
      return stopping;
    },
  };
}

/** Everything but listening. */
export async function createApp(config: Config, logger: Logger): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: bodyLimitBytes,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    skipMiddie: true,
    trustProxy: config.trustedProxies.length > 0 && [...config.trustedProxies],
    keepAliveTimeout: keepAliveMs,
    routerOptions: { maxParamLength: 512 },
    requestTimeout: config.requestTimeoutMs,
    http: wireOptions(config),
    clientErrorHandler: answerWireFault,
    // an address that cannot be read, or is too long, never reaches the error handler
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      filter.answer(error, request, reply),
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config, logger), adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: nestLogger(logger),
  });
  const server = adapter.getInstance();
  listenToWire(server.server);
  const filter: ErrorFilter = new ErrorFilter(logger, prepareServer(server, config));
  app.get(Traffic).watch(server);
  server.setErrorHandler((error, request, reply) => filter.answer(error, request, reply));
  adapter.setErrorHandler = () => server; // Nest would put its own in the place of ours
  app.useGlobalFilters(filter);
  return app;
}

async function drain(app: NestFastifyApplication, logger: Logger): Promise<void> {
  logger.info('the api drains');
  app.get(Traffic).leave();
  await app.get(Readiness).drain();
  await Promise.race([app.close(), pause(closeWithinMs, undefined, { ref: false })]);
  logger.info('the api has stopped');
}

/** Longer than a proxy keeps idle connections (Traefik 90 s, nginx and most others 60 s): the proxy closes first, and never writes into a closing one. */
const keepAliveMs = 100_000;

/** For the last writes and the goodbyes: a database from which nothing comes any more does not hold the stop. */
const closeWithinMs = 5000;
