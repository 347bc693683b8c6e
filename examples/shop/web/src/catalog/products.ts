import { ask } from '../graphql.ts';

export interface Product {
  id: string;
  name: string;
  description: string;
  priceCents: number;
  picture: string;
}

export async function readProducts(search: string): Promise<Product[]> {
  const query = 'query ($search: String) { products(search: $search) { id name description priceCents picture } }';
  return (await ask<{ products: Product[] }>(query, { search })).products;
}
