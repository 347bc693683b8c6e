import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { KeyKind } from './credential.ts';

export const KeyKindName = { client: 'client', server: 'server', relay: 'relay' } as const;
registerEnumType(KeyKindName, {
  name: 'KeyKind',
  description: 'client: decisions of client-visible flags; server: rulesets; relay: rulesets, for what passes them on.',
});

@ObjectType({ description: 'What an application identifies itself with in one environment.' })
export class ApiKey {
  @Field(() => ID)
  declare id: string;

  @Field(() => String)
  declare environment: string;

  @Field(() => KeyKindName)
  declare kind: KeyKind;

  @Field(() => String)
  declare name: string;

  @Field(() => String, { description: 'First 8 characters of the random part.' })
  declare prefix: string;

  @Field(() => Date)
  declare createdAt: Date;

  @Field(() => Date, { nullable: true })
  declare lastUsedAt: Date | null;

  @Field(() => Date, { nullable: true })
  declare expiresAt: Date | null;

  @Field(() => Date, { nullable: true })
  declare revokedAt: Date | null;
}

@ObjectType()
export class CreatedApiKey {
  @Field(() => ApiKey)
  declare apiKey: ApiKey;

  @Field(() => String, { description: 'Shown this once; only its hash is kept.' })
  declare secret: string;
}

@InputType()
export class CreateApiKeyInput {
  @Field(() => String)
  declare project: string;

  @Field(() => String)
  declare environment: string;

  @Field(() => KeyKindName)
  declare kind: KeyKind;

  @Field(() => String)
  declare name: string;

  @Field(() => Date, { nullable: true, description: 'Without it the key has no end.' })
  declare expiresAt?: Date | null;
}
