import type { Evaluation, EvaluationContext, ServerClient } from '@burgee/client/server';
import { type ExecutionContext, Inject, Injectable, Logger } from '@nestjs/common';
import { checkKey } from './errors.ts';
import { type BurgeeModuleOptions, MODULE_OPTIONS_TOKEN } from './options.ts';
import { currentExecution, signedInUser } from './request.ts';

const logger = new Logger('Burgee');

/** Token of the client that the module made; from `@burgee/client/server`. */
export const BURGEE_CLIENT: unique symbol = Symbol('burgee client');

/** What a branch leads to; a function is called, and only the chosen one. */
export interface Branches<T> {
  on: T | (() => T);
  off: T | (() => T);
}

/**
 * Flags for injection, decided in this process.
 *
 * Without a context the one of the call that is being handled is used (option `contextOf`); outside of a handler, in a
 * job say, that is nobody's.
 */
@Injectable()
export class Burgee {
  constructor(
    @Inject(BURGEE_CLIENT) private readonly client: ServerClient,
    @Inject(MODULE_OPTIONS_TOKEN) private readonly options: BurgeeModuleOptions,
  ) {}

  /** The flag's value, or the default while there is none of the default's type. */
  value<T>(key: string, defaultValue: T, context: EvaluationContext | undefined = this.currentContext()): T {
    return context ? this.client.value(key, defaultValue, context) : defaultValue;
  }

  /** Value, variant, reason and error code; never throws. */
  evaluate(key: string, context: EvaluationContext | undefined = this.currentContext()): Evaluation {
    return context
      ? this.client.evaluate(key, context)
      : { flagKey: key, reason: 'ERROR', errorCode: 'INVALID_CONTEXT', errorMessage: 'the option contextOf failed' };
  }

  /**
   * Branch by abstraction: `burgee.branch('new-checkout', { on: this.newCheckout, off: this.oldCheckout })`.
   *
   * Takes `on` only when a boolean flag is decided true.
   */
  branch<T>(key: string, { on, off }: Branches<T>, context?: EvaluationContext): T {
    checkKey(key, 'burgee.branch()');
    const chosen = this.value(key, false, context) ? on : off;
    return typeof chosen === 'function' ? (chosen as () => T)() : chosen;
  }

  /** The context of a call, as the option `contextOf` makes it; undefined, and a line in the log, where that throws. */
  contextOf(execution: ExecutionContext): EvaluationContext | undefined {
    try {
      const context = (this.options.contextOf ?? signedInUser)(execution) ?? {};
      if (typeof context.then === 'function') throw new TypeError('it answered a promise, and must not wait');
      return context;
    } catch (error) {
      logger.error(`the option contextOf failed, so defaults are served and guards stay closed: ${String(error)}`);
      return undefined;
    }
  }

  private currentContext(): EvaluationContext | undefined {
    const execution = currentExecution();
    return execution ? this.contextOf(execution) : {};
  }
}
