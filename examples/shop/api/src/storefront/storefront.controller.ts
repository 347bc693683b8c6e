import { FlagValue } from '@burgee/nest';
import { Controller, Get, Inject } from '@nestjs/common';
import type { ShopConfig } from '../config.ts';

export const SHOP_CONFIG: unique symbol = Symbol('shop config');

/** Serves what the storefront needs to know; the storefront itself is a folder of files. */
@Controller()
export class StorefrontController {
  constructor(@Inject(SHOP_CONFIG) private readonly config: ShopConfig) {}

  /** A client key may be seen by everybody: it opens decisions about client-visible flags and nothing else. */
  @Get('config.json')
  browserConfig(): { burgeeUrl: string; clientKey: string } {
    return { burgeeUrl: this.config.publicBurgeeUrl, clientKey: this.config.clientKey };
  }

  /** A flag as a parameter: what the banner says to whoever does not run the storefront. */
  @Get('banner')
  banner(@FlagValue('free-shipping-banner', '') text: string): { text: string } {
    return { text };
  }
}
