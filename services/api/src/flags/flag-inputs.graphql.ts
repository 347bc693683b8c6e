import { Field, InputType } from '@nestjs/graphql';
import { JsonScalar } from '../graphql/scalars.ts';
import { FlagKindName } from './flag-kind.graphql.ts';
import { type FlagKind, type ValueType, ValueTypeName } from './flags.graphql.ts';

@InputType()
export class CreateFlagInput {
  @Field(() => String)
  declare project: string;

  @Field(() => String)
  declare key: string;

  @Field(() => String, { nullable: true })
  declare name?: string | null;

  @Field(() => String, { nullable: true })
  declare description?: string | null;

  @Field(() => FlagKindName)
  declare kind: FlagKind;

  @Field(() => ValueTypeName, { defaultValue: 'boolean' })
  declare valueType: ValueType;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'Values by name; a boolean flag may leave them out: on and off.',
  })
  declare variants?: unknown;

  @Field(() => Boolean, { nullable: true, defaultValue: false })
  declare clientVisible?: boolean | null;

  @Field(() => String)
  declare owner: string;

  @Field(() => [String], { nullable: true })
  declare tags?: string[] | null;

  @Field(() => JsonScalar, { nullable: true })
  declare metadata?: unknown;

  @Field(() => String, { nullable: true, description: 'Served where no rule matches, at first in every environment.' })
  declare defaultVariant?: string | null;

  @Field(() => String, { nullable: true, description: 'Served while not enabled, at first in every environment.' })
  declare offVariant?: string | null;
}

@InputType({ description: 'What is left out stays as it is.' })
export class UpdateFlagInput {
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

  @Field(() => String, { nullable: true })
  declare owner?: string | null;

  @Field(() => [String], { nullable: true })
  declare tags?: string[] | null;

  @Field(() => FlagKindName, { nullable: true })
  declare kind?: FlagKind | null;

  @Field(() => JsonScalar, { nullable: true })
  declare variants?: unknown;

  @Field(() => Boolean, { nullable: true })
  declare clientVisible?: boolean | null;

  @Field(() => JsonScalar, { nullable: true })
  declare metadata?: unknown;

  @Field(() => String, { nullable: true })
  declare reason?: string | null;
}

@InputType()
export class ArchiveFlagInput {
  @Field(() => String)
  declare project: string;

  @Field(() => String)
  declare key: string;

  @Field(() => String, { nullable: true })
  declare reason?: string | null;
}

@InputType()
export class SwitchFlagInput {
  @Field(() => String)
  declare project: string;

  @Field(() => String)
  declare environment: string;

  @Field(() => String)
  declare key: string;

  @Field(() => Boolean)
  declare enabled: boolean;

  @Field(() => String, { nullable: true, description: 'The revision that was seen. Switching off never asks for it.' })
  declare revision?: string | null;

  @Field(() => String, { nullable: true })
  declare reason?: string | null;
}

@InputType({ description: 'What is left out stays as it is; null takes it away.' })
export class TargetFlagInput {
  @Field(() => String)
  declare project: string;

  @Field(() => String)
  declare environment: string;

  @Field(() => String)
  declare key: string;

  @Field(() => String, { description: 'The revision that was seen.' })
  declare revision: string;

  @Field(() => Boolean, { nullable: true })
  declare enabled?: boolean | null;

  @Field(() => String, { nullable: true })
  declare offVariant?: string | null;

  @Field(() => JsonScalar, { nullable: true })
  declare requires?: unknown;

  @Field(() => JsonScalar)
  declare rules: unknown;

  @Field(() => JsonScalar, { nullable: true })
  declare defaultServe?: unknown;

  @Field(() => String, { nullable: true, description: 'Another salt reshuffles everyone.' })
  declare salt?: string | null;

  @Field(() => String, { nullable: true, description: 'Null: burgee-1.' })
  declare semantics?: string | null;

  @Field(() => JsonScalar, { nullable: true })
  declare foreign?: unknown;

  @Field(() => String, { nullable: true })
  declare reason?: string | null;
}
