import type { Evaluation, EvaluationContext, ServerClient } from '@burgee/client/server';
import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { checkKey } from './errors.ts';
import { type BurgeeModuleOptions, MODULE_OPTIONS_TOKEN } from './options.ts';
import { currentExecution, signedInUser } from './request.ts';

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
  value<T>(key: string, defaultValue: T, context: EvaluationContext = this.currentContext()): T {
    return this.client.value(key, defaultValue, context);
  }

  /** Value, variant, reason and error code; never throws. */
  evaluate(key: string, context: EvaluationContext = this.currentContext()): Evaluation {
    return this.client.evaluate(key, context);
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

  /** The context of a call, as the option `contextOf` makes it. */
  contextOf(execution: ExecutionContext): EvaluationContext {
    return (this.options.contextOf ?? signedInUser)(execution);
  }

  private currentContext(): EvaluationContext {
    const execution = currentExecution();
    return execution ? this.contextOf(execution) : {};
  }
}
