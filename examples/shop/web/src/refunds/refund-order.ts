import { ask } from '../graphql.ts';

/** What the shop says to the refund of an order; throws its refusal. */
export async function refundOrder(orderId: string): Promise<string> {
  const mutation = 'mutation ($orderId: ID!) { refundOrder(orderId: $orderId) { message } }';
  return (await ask<{ refundOrder: { message: string } }>(mutation, { orderId })).refundOrder.message;
}
