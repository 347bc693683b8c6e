import { RequireFlag } from '@burgee/nest';
import { Args, ID, Mutation, Resolver } from '@nestjs/graphql';
import { RefundedOrder, refund } from './refunds.graphql.ts';

@Resolver()
export class RefundsResolver {
  @Mutation(() => RefundedOrder)
  @RequireFlag('refund-orders', { otherwise: 'forbidden' })
  refundOrder(@Args('orderId', { type: () => ID }) orderId: string): RefundedOrder {
    return refund(orderId);
  }
}
