import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { FlagKindName } from '../flags/flag-kind.graphql.ts';
import { JsonScalar } from '../graphql/scalars.ts';

export const FindingKindName = {
  stale: 'stale',
  concluded_off: 'concluded_off',
  stuck: 'stuck',
  unknown: 'unknown',
  ready_to_archive: 'ready_to_archive',
  abandoned: 'abandoned',
  kind_changed: 'kind_changed',
} as const;
registerEnumType(FindingKindName, {
  name: 'FindingKind',
  description: 'Only stale means overdue: rolled out everywhere for longer than the project allows.',
});

export type FindingKind = keyof typeof FindingKindName;

@ObjectType({ description: 'What the stale audit says of a flag.' })
export class StaleFinding {
  @Field(() => String)
  declare flagKey: string;

  @Field(() => FindingKindName)
  declare finding: FindingKind;

  @Field(() => FlagKindName)
  declare kind: keyof typeof FlagKindName;

  @Field(() => Date)
  declare since: Date;

  @Field(() => Int)
  declare days: number;

  @Field(() => String)
  declare owner: string;

  @Field(() => JsonScalar, { nullable: true, description: 'The one value that is left, where there is one.' })
  declare value: unknown;

  @Field(() => JsonScalar, { nullable: true })
  declare detail: unknown;

  @Field(() => Date, { nullable: true, description: 'Hour in which code used it last.' })
  declare lastUsedAt: Date | null;
}

@ObjectType({ description: 'A filed report; it never changes.' })
export class StaleReport {
  @Field(() => ID)
  declare id: string;

  @Field(() => String, { description: 'daily or monthly.' })
  declare kind: string;

  @Field(() => String, { description: 'The day, or the first day of the month, that it is about.' })
  declare period: string;

  @Field(() => Date)
  declare asOf: Date;

  @Field(() => Date)
  declare createdAt: Date;

  @Field(() => JsonScalar)
  declare body: unknown;
}
