import { ask } from '../graphql.ts';

export interface Product {
  id: string;
  name: string;
  description: string;
  priceCents: number;
  picture: string;
}

export async function readProducts(): Promise<Product[]> {
  const { products } = await ask<{ products: Product[] }>('{ products { id name description priceCents picture } }');
  return products;
}
