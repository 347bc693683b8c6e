import type { CartLine } from '../cart/cart.ts';
import { ask } from '../graphql.ts';

export interface PlacedOrder {
  id: string;
  checkout: 'old' | 'new';
  totalCents: number;
  message: string;
}

export async function placeOrder(lines: readonly CartLine[]): Promise<PlacedOrder> {
  const mutation =
    'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { id checkout totalCents message } }';
  const input = { lines: lines.map(({ product, quantity }) => ({ productId: product.id, quantity })) };
  return (await ask<{ placeOrder: PlacedOrder }>(mutation, { input })).placeOrder;
}
