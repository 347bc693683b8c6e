import { type DynamicModule, Global, type LoggerService, Module } from '@nestjs/common';
import { type DestinationStream, type Logger, pino } from 'pino';
import { Registry } from 'prom-client';
import { CONFIG, type Config } from './config.ts';
import { loggedError } from './log-error.ts';

/** Injection token of the process's pino logger. */
export const LOGGER = Symbol('logger');
/** Injection token of the registry in which every feature puts its metrics. */
export const METRICS = Symbol('metrics');
/** Injection token of the {@link Clock}. */
export const CLOCK = Symbol('clock');
/** Milliseconds since 1970. */
export type Clock = () => number;

/** What every feature stands on: configuration, log, figures and clock. */
@Global()
@Module({})
export class PlatformModule {
  static with(config: Config, logger: Logger): DynamicModule {
    return {
      module: PlatformModule,
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: LOGGER, useValue: logger },
        { provide: CLOCK, useValue: Date.now },
        { provide: METRICS, useValue: new Registry() },
      ],
      exports: [CONFIG, LOGGER, CLOCK, METRICS],
    };
  }
}

/** Makes the process's log: one JSON object a line, never with a header, a body, a query string or what an error quotes. */
export function createLogger(level: Config['logLevel'], destination?: DestinationStream): Logger {
  return pino({ level, base: { service: 'burgee-api' }, serializers: { err: loggedError } }, destination);
}

/** Lets Nest speak through the same log; what it says while starting is for debugging. */
export function nestLogger(logger: Logger): LoggerService {
  return {
    log: (message: unknown, context?: unknown) => logger.debug({ context }, String(message)),
    debug: (message: unknown, context?: unknown) => logger.trace({ context }, String(message)),
    verbose: (message: unknown, context?: unknown) => logger.trace({ context }, String(message)),
    warn: (message: unknown, context?: unknown) => logger.warn({ context }, String(message)),
    error: (message: unknown, ...rest: unknown[]) => logger.error({ rest }, String(message)),
    fatal: (message: unknown, ...rest: unknown[]) => logger.fatal({ rest }, String(message)),
  };
}
