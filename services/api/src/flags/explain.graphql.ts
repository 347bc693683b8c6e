import { Field, ObjectType } from '@nestjs/graphql';
import { Evaluation } from '../evaluation/evaluation.graphql.ts';
import { JsonScalar } from '../graphql/scalars.ts';

@ObjectType({ description: 'One thing that was looked at.' })
export class ExplanationStep {
  @Field(() => String)
  declare text: string;

  @Field(() => Boolean, { nullable: true, description: 'Null: the question had no answer, and the flag is an error.' })
  declare matched: boolean | null;

  @Field(() => String, { nullable: true })
  declare ruleId?: string;

  @Field(() => JsonScalar, { nullable: true })
  declare detail?: unknown;
}

@ObjectType({ description: 'A decision with the way that led to it.' })
export class Explanation {
  @Field(() => Evaluation)
  declare evaluation: Evaluation;

  @Field(() => [ExplanationStep])
  declare steps: ExplanationStep[];

  @Field(() => String)
  declare sentence: string;
}
