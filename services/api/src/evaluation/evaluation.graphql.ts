import { Field, ObjectType } from '@nestjs/graphql';
import { JsonScalar } from '../graphql/scalars.ts';

@ObjectType({ description: 'What a flag is for one context, in the words of OpenFeature.' })
export class Evaluation {
  @Field(() => String)
  declare flagKey: string;

  @Field(() => JsonScalar, { nullable: true, description: 'Null: the default of the code that asks.' })
  declare value?: unknown;

  @Field(() => String, { nullable: true })
  declare variant?: string | null;

  @Field(() => String)
  declare reason: string;

  @Field(() => String, { nullable: true })
  declare errorCode?: string | null;

  @Field(() => String, { nullable: true })
  declare errorMessage?: string | null;

  @Field(() => String, { nullable: true })
  declare ruleId?: string | null;

  @Field(() => JsonScalar, { nullable: true })
  declare metadata?: unknown;
}
