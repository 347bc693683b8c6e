import { Field, ID, ObjectType } from '@nestjs/graphql';
import { JsonScalar } from '../graphql/scalars.ts';

@ObjectType({ description: 'One change: who, when, through which door, why, before and after.' })
export class AuditEntry {
  @Field(() => ID)
  declare id: string;

  @Field(() => Date)
  declare at: Date;

  @Field(() => String)
  declare actor: string;

  @Field(() => String, { description: 'api, ui, cli, job, hasura or sql.' })
  declare door: string;

  @Field(() => String)
  declare dbLogin: string;

  @Field(() => String, { nullable: true })
  declare reason: string | null;

  @Field(() => Boolean, { description: 'Switched in production without a reason.' })
  declare emergency: boolean;

  @Field(() => String)
  declare subject: string;

  @Field(() => String)
  declare subjectKey: string;

  @Field(() => String)
  declare operation: string;

  @Field(() => String, {
    nullable: true,
    description: 'Key of the environment; absent for what belongs to the whole project.',
  })
  declare environment: string | null;

  @Field(() => JsonScalar, { nullable: true })
  declare before: unknown;

  @Field(() => JsonScalar, { nullable: true })
  declare after: unknown;

  @Field(() => String, { description: 'SHA-256 over the entry and the one before it, in hexadecimal digits.' })
  declare hash: string;
}

@ObjectType()
export class AuditConnection {
  @Field(() => [AuditEntry])
  declare nodes: AuditEntry[];

  @Field(() => String, { nullable: true })
  declare endCursor: string | null;

  @Field(() => Boolean)
  declare hasNextPage: boolean;
}
