import type { ServerClientOptions } from '@burgee/client/server';
import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { ContextOf } from './request.ts';

/** Everything the server client takes, and what Nest adds. */
export interface BurgeeModuleOptions extends ServerClientOptions {
  /** Who is asking, from the request; unless told, the signed-in user by `request.user.id` or `.sub`. */
  contextOf?: ContextOf;
  /** How long the start waits for the first ruleset before it goes on without; 5 s unless told. */
  startTimeoutMs?: number;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<BurgeeModuleOptions>()
    .setClassMethodName('forRoot')
    .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
    .build();
