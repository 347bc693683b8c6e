import { requestOf } from '@burgee/nest';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';

/**
 * Stands where a real shop has its sign-in: it believes the header `x-shop-user`, which no real shop may do.
 *
 * As a global guard it runs before every `@RequireFlag`, so flags are decided for `request.user`.
 */
@Injectable()
export class ShopperGuard implements CanActivate {
  canActivate(execution: ExecutionContext): boolean {
    const request = requestOf(execution) as { headers?: Record<string, unknown>; user?: { id: string } } | undefined;
    const id = request?.headers?.['x-shop-user'];
    if (request && typeof id === 'string' && /^[\w.@-]{1,64}$/.test(id)) request.user = { id };
    return true;
  }
}
