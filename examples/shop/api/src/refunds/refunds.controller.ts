import { RequireFlag } from '@burgee/nest';
import { Controller, Param, Post } from '@nestjs/common';
import { type RefundedOrder, refund } from './refunds.graphql.ts';

/** The same right over REST; while the flag is off the routes are as if they were not there. */
@Controller('orders')
@RequireFlag('refund-orders')
export class RefundsController {
  @Post(':id/refund')
  refundOrder(@Param('id') id: string): RefundedOrder {
    return refund(id);
  }
}
