import { Burgee } from '@burgee/nest';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { Product } from './catalog.graphql.ts';
import { products } from './products.ts';
import { searchNames, searchWords } from './search.ts';

@Resolver()
export class CatalogResolver {
  constructor(private readonly burgee: Burgee) {}

  @Query(() => [Product])
  products(@Args('search', { type: () => String, nullable: true }) search: string | null): readonly Product[] {
    if (!search) return products;
    return this.burgee.branch('search-v2', { on: () => searchWords(search), off: () => searchNames(search) });
  }
}
