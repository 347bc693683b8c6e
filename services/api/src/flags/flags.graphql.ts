import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Environment } from '../access/projects.graphql.ts';
import { JsonScalar } from '../graphql/scalars.ts';
import { FlagKindName } from './flag-kind.graphql.ts';

export const ValueTypeName = {
  boolean: 'boolean',
  string: 'string',
  integer: 'integer',
  float: 'float',
  object: 'object',
} as const;
registerEnumType(ValueTypeName, {
  name: 'ValueType',
  description: 'The type of all of a flag’s values; it never changes.',
});

export const FlagStateName = { on: 'on', off: 'off', targeted: 'targeted', archived: 'archived' } as const;
registerEnumType(FlagStateName, {
  name: 'FlagState',
  description:
    'In the production environments: off is enabled in none, on is settled where it is enabled, targeted is decided by rules.',
});

export type FlagKind = keyof typeof FlagKindName;
export type ValueType = keyof typeof ValueTypeName;
export type FlagState = keyof typeof FlagStateName;

@ObjectType({ description: 'A line of code that names the flag.' })
export class CodeReference {
  @Field(() => String)
  declare repository: string;

  @Field(() => String)
  declare path: string;

  @Field(() => Int)
  declare line: number;

  @Field(() => String)
  declare commit: string;
}

@ObjectType({ description: 'How a flag decides in one environment.' })
export class FlagSetting {
  @Field(() => String)
  declare flagKey: string;

  @Field(() => Environment)
  declare environment: Environment;

  @Field(() => Boolean)
  declare enabled: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Served while not enabled; null: the default of the code that asks.',
  })
  declare offVariant: string | null;

  @Field(() => JsonScalar)
  declare requires: unknown;

  @Field(() => JsonScalar)
  declare rules: unknown;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'Served where no rule matches; null: the default of the code that asks.',
  })
  declare defaultServe: unknown;

  @Field(() => String, { nullable: true })
  declare salt: string | null;

  @Field(() => String, { description: 'Whose conditions and hashing it follows; burgee-1 is Burgee’s own.' })
  declare semantics: string;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'A GrowthBook feature or a flagd flag as it came; null for other semantics.',
  })
  declare foreign: unknown;

  @Field(() => String, { description: 'Send it back with a change, so that nobody’s change is lost.' })
  declare revision: string;

  @Field(() => Date, { nullable: true })
  declare settledAt: Date | null;

  @Field(() => JsonScalar, { nullable: true })
  declare settledValue: unknown;

  @Field(() => Date)
  declare updatedAt: Date;
}

@ObjectType({ description: 'A flag of a project, archived or not.' })
export class Flag {
  /** Not in the schema: what other features look up by. */
  declare projectId: string;

  @Field(() => ID)
  declare id: string;

  @Field(() => String)
  declare key: string;

  @Field(() => String)
  declare name: string;

  @Field(() => String)
  declare description: string;

  @Field(() => FlagKindName)
  declare kind: FlagKind;

  @Field(() => ValueTypeName)
  declare valueType: ValueType;

  @Field(() => JsonScalar)
  declare variants: unknown;

  @Field(() => Boolean)
  declare clientVisible: boolean;

  @Field(() => String)
  declare owner: string;

  @Field(() => [String])
  declare tags: string[];

  @Field(() => JsonScalar)
  declare metadata: unknown;

  @Field(() => String)
  declare revision: string;

  @Field(() => Date, { nullable: true })
  declare archivedAt: Date | null;

  @Field(() => Date)
  declare createdAt: Date;

  @Field(() => Date)
  declare updatedAt: Date;

  @Field(() => [FlagSetting], { description: 'One an environment, in the order of the environments.' })
  declare settings: FlagSetting[];

  @Field(() => Date, { nullable: true, description: 'Hour in which code used it last.' })
  declare lastUsedAt: Date | null;

  @Field(() => [CodeReference])
  declare codeReferences: CodeReference[];

  @Field(() => [String], { description: 'Keys of the flags that require it, in any environment.' })
  declare requiredBy: string[];
}

@ObjectType()
export class FlagConnection {
  @Field(() => [Flag])
  declare nodes: Flag[];

  @Field(() => String, { nullable: true })
  declare endCursor: string | null;

  @Field(() => Boolean)
  declare hasNextPage: boolean;

  @Field(() => Int)
  declare totalCount: number;
}
