import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';

@InputType()
export class OrderLineInput {
  @Field(() => ID)
  productId!: string;

  @Field(() => Int)
  quantity!: number;
}

@InputType()
export class PlaceOrderInput {
  @Field(() => [OrderLineInput])
  lines!: OrderLineInput[];
}

@ObjectType()
export class PlacedOrder {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'Which checkout took the order: old or new.' })
  checkout!: 'old' | 'new';

  @Field(() => Int, { description: 'In cents, delivery included.' })
  totalCents!: number;

  @Field(() => String)
  message!: string;
}
