import { BurgeeModule } from '@burgee/nest';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { CatalogResolver } from './catalog/catalog.resolver.ts';
import { CheckoutResolver } from './checkout/checkout.resolver.ts';
import { NewCheckout } from './checkout/new-checkout.ts';
import { OldCheckout } from './checkout/old-checkout.ts';
import type { ShopConfig } from './config.ts';
import { RefundsController } from './refunds/refunds.controller.ts';
import { RefundsResolver } from './refunds/refunds.resolver.ts';
import { ShopperGuard } from './shopper.guard.ts';
import { SHOP_CONFIG, StorefrontController } from './storefront/storefront.controller.ts';

@Module({})
class AppModule {}

/** The shop: Burgee, GraphQL, and what the shop itself consists of. */
export function appModule(config: ShopConfig): DynamicModule {
  return {
    module: AppModule,
    imports: [
      BurgeeModule.forRoot({
        url: config.burgeeUrl,
        key: config.serverKey,
        application: 'shop-api',
        ...(config.cacheFile ? { cacheFile: config.cacheFile } : {}),
      }),
      GraphQLModule.forRoot<MercuriusDriverConfig>({
        driver: MercuriusDriver,
        autoSchemaFile: true,
        fieldResolverEnhancers: ['guards', 'filters'],
      }),
    ],
    controllers: [StorefrontController, RefundsController],
    providers: [
      { provide: SHOP_CONFIG, useValue: config },
      { provide: APP_GUARD, useClass: ShopperGuard },
      CatalogResolver,
      CheckoutResolver,
      OldCheckout,
      NewCheckout,
      RefundsResolver,
    ],
  };
}
