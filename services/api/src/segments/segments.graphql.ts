import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { JsonScalar } from '../graphql/scalars.ts';

@ObjectType({ description: 'People or things that rules of many flags share.' })
export class Segment {
  @Field(() => ID)
  declare id: string;

  @Field(() => String)
  declare key: string;

  @Field(() => String)
  declare name: string;

  @Field(() => String)
  declare description: string;

  @Field(() => JsonScalar, { description: 'All of them must hold; empty: nobody but those included.' })
  declare conditions: unknown;

  @Field(() => String, { description: 'Whose conditions they are; burgee-1 is Burgee’s own.' })
  declare semantics: string;

  @Field(() => [String], { description: 'Targeting keys that are in, whatever the conditions say.' })
  declare included: string[];

  @Field(() => [String], { description: 'Targeting keys that are out, whatever else says.' })
  declare excluded: string[];

  @Field(() => String)
  declare revision: string;

  @Field(() => [String], { description: 'Keys of the flags whose rules name it.' })
  declare usedBy: string[];

  @Field(() => [String], { description: 'Keys of the segments whose conditions name it.' })
  declare namedBy: string[];

  @Field(() => Date, { nullable: true })
  declare archivedAt: Date | null;

  @Field(() => Date)
  declare updatedAt: Date;
}

@InputType()
export class CreateSegmentInput {
  @Field(() => String)
  declare project: string;

  @Field(() => String)
  declare key: string;

  @Field(() => String, { nullable: true })
  declare name?: string | null;

  @Field(() => String, { nullable: true })
  declare description?: string | null;

  @Field(() => JsonScalar, { nullable: true })
  declare conditions?: unknown;

  @Field(() => [String], { nullable: true })
  declare included?: string[] | null;

  @Field(() => [String], { nullable: true })
  declare excluded?: string[] | null;
}

@InputType({ description: 'What is left out stays as it is.' })
export class UpdateSegmentInput {
  @Field(() => String)
  declare project: string;

  @Field(() => String)
  declare key: string;

  @Field(() => String, { description: 'The revision that was seen.' })
  declare revision: string;

  @Field(() => String, { nullable: true })
  declare name?: string | null;

  @Field(() => String, { nullable: true })
  declare description?: string | null;

  @Field(() => JsonScalar, { nullable: true })
  declare conditions?: unknown;

  @Field(() => [String], { nullable: true })
  declare included?: string[] | null;

  @Field(() => [String], { nullable: true })
  declare excluded?: string[] | null;

  @Field(() => String, { nullable: true })
  declare reason?: string | null;
}
