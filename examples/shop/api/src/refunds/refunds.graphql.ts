import { Field, ID, ObjectType } from '@nestjs/graphql';

@ObjectType()
export class RefundedOrder {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  message!: string;
}

export function refund(id: string): RefundedOrder {
  return { id, message: `Order ${id} is refunded.` };
}
