import { randomUUID } from 'node:crypto';
import { BadRequestException } from '@nestjs/common';
import { products } from '../catalog/products.ts';
import type { OrderLineInput, PlacedOrder } from './checkout.graphql.ts';

/** The abstraction that is branched by: both checkouts keep it, and the flag chooses one of them. */
export interface Checkout {
  place(lines: readonly OrderLineInput[]): PlacedOrder;
}

/** What the goods cost together, in cents; refuses a cart that no checkout could take. */
export function goodsCents(lines: readonly OrderLineInput[]): number {
  if (lines.length === 0) throw new BadRequestException('The cart is empty.');
  return lines.reduce((sum, { productId, quantity }) => {
    const product = products.find(({ id }) => id === productId);
    if (!product) throw new BadRequestException(`There is no product ${productId}.`);
    if (quantity < 1 || quantity > 99) throw new BadRequestException(`Order 1 to 99 of ${product.name}.`);
    return sum + product.priceCents * quantity;
  }, 0);
}

export function newOrderId(): string {
  return randomUUID().slice(0, 8);
}
