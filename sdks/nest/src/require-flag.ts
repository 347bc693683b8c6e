import { isDeepStrictEqual } from 'node:util';
import type { Evaluation } from '@burgee/client/server';
import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Inject,
  mixin,
  type Type,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { Burgee } from './burgee.ts';
import { BurgeeUsageError, checkKey } from './errors.ts';
import { FlagDenied, NullAnswer, NullAnswerFilter, type Otherwise } from './flag-denied.ts';

export interface RequireFlagOptions {
  /** The value that opens; `true` unless told. */
  value?: boolean | number | string | object;
  /** The variant that opens, in place of a value. */
  variant?: string;
  /**
   * What is answered while it is closed. `not-found` (unless told): as if the route were not there. `forbidden`: 403.
   * `null`: nothing, for a nullable field or body. `graphql-error`: an error with `extensions.code` FLAG_OFF; over HTTP
   * as `forbidden`. In GraphQL all but `null` are errors, with the codes NOT_FOUND, FORBIDDEN and FLAG_OFF.
   */
  otherwise?: Otherwise;
}

/**
 * Opens a handler, or all handlers of a class, only while a flag says so: HTTP routes, GraphQL queries, mutations and
 * fields, message handlers. Several add up. Without a decision (no ruleset yet, unknown flag, error) it stays closed.
 *
 * It is a guard, and guards run in Nest's order: global ones first, then those of the class, then those of the method;
 * within one of these places **the decorator that stands lowest first**. The flag usually needs to know who is asking,
 * so authorisation belongs before it: as a global guard, on the class with the flag on the method, or below it:
 *
 * ```ts
 * @RequireFlag('refund-orders')     // second: sees request.user
 * @UseGuards(SignedInGuard)         // first
 * @Mutation(() => Order)
 * refundOrder() {}
 * ```
 *
 * A guard on a GraphQL field runs only with `fieldResolverEnhancers: ['guards', 'filters']`; the application does not
 * start without.
 */
export function RequireFlag(key: string, options: RequireFlagOptions = {}): ClassDecorator & MethodDecorator {
  checkKey(key, '@RequireFlag()');
  if (options.value !== undefined && options.variant !== undefined) {
    throw new BurgeeUsageError('BURGEE_NEST_002', `@RequireFlag('${key}') was given both a value and a variant`);
  }
  const decorators = [remember(key), UseGuards(flagGuard(key, options))];
  if (options.otherwise === 'null') decorators.push(UseFilters(NullAnswerFilter));
  return applyDecorators(...decorators);
}

/** The flags that a handler or a class requires, inherited ones too, in no particular order. */
export function requiredFlags(target: object): readonly string[] {
  return Reflect.getMetadata(requiredFlagsKey, target) ?? [];
}

const requiredFlagsKey = 'burgee:required_flags';

function remember(key: string): ClassDecorator & MethodDecorator {
  return (target: object, _name?: unknown, descriptor?: PropertyDescriptor) => {
    const handler = descriptor ? (descriptor.value as object) : target;
    Reflect.defineMetadata(requiredFlagsKey, [...requiredFlags(handler), key], handler);
  };
}

function flagGuard(key: string, options: RequireFlagOptions): Type<CanActivate> {
  class FlagGuard implements CanActivate {
    constructor(@Inject(Burgee) private readonly burgee: Burgee) {}

    canActivate(execution: ExecutionContext): boolean {
      // Nobody is let in by a context that cannot be made.
      const context = this.burgee.contextOf(execution);
      if (context && opens(this.burgee.evaluate(key, context), options)) return true;
      if (options.otherwise === 'null') throw new NullAnswer();
      throw new FlagDenied(key, options.otherwise ?? 'not-found', execution);
    }
  }
  return mixin(FlagGuard);
}

function opens(evaluation: Evaluation, { value = true, variant }: RequireFlagOptions): boolean {
  if (evaluation.errorCode !== undefined || evaluation.value === undefined) return false;
  return variant === undefined ? isDeepStrictEqual(evaluation.value, value) : evaluation.variant === variant;
}
