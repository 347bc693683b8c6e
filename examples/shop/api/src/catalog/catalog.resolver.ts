import { Query, Resolver } from '@nestjs/graphql';
import { Product } from './catalog.graphql.ts';
import { products } from './products.ts';

@Resolver()
export class CatalogResolver {
  @Query(() => [Product])
  products(): readonly Product[] {
    return products;
  }
}
