import { Field, ID, Int, ObjectType } from '@nestjs/graphql';

@ObjectType({ description: 'Something the shop sells.' })
export class Product {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String)
  description!: string;

  @Field(() => Int, { description: 'In cents.' })
  priceCents!: number;

  @Field(() => String, { description: 'The picture, as one of the names the storefront draws.' })
  picture!: string;
}
