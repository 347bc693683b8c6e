import { Field, Float, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Role } from './role.ts';

/** The roles as GraphQL names them. */
export const RoleName = {
  viewer: 'viewer',
  developer: 'developer',
  product_owner: 'product_owner',
  admin: 'admin',
} as const;
registerEnumType(RoleName, {
  name: 'Role',
  description: 'What a member may do in a project; each role includes the ones before it.',
});

@ObjectType({ description: 'Where flags have settings of their own.' })
export class Environment {
  @Field(() => ID)
  declare id: string;

  @Field(() => String)
  declare key: string;

  @Field(() => String)
  declare name: string;

  @Field(() => Boolean, { description: 'Changes here need a reason, and staleness is decided here.' })
  declare isProduction: boolean;

  @Field(() => String, { description: 'Opaque; another text means other content.' })
  declare version: string;
}

@ObjectType({ description: 'Flags that belong together, with their environments and members.' })
export class Project {
  @Field(() => ID)
  declare id: string;

  @Field(() => String)
  declare key: string;

  @Field(() => String)
  declare name: string;

  @Field(() => Float, { description: 'Days after which a rolled out flag is stale.' })
  declare staleAfterDays: number;

  @Field(() => [Environment])
  declare environments: Environment[];

  @Field(() => [String], { description: 'What somebody should look at, such as a project without production.' })
  declare warnings: string[];
}

@ObjectType({ description: 'A role of the signed-in member.' })
export class ProjectRole {
  @Field(() => String)
  declare project: string;

  @Field(() => RoleName)
  declare role: Role;
}

@InputType()
export class CreateProjectInput {
  @Field(() => String)
  declare key: string;

  @Field(() => String)
  declare name: string;

  @Field(() => Float, { nullable: true })
  declare staleAfterDays?: number | null;
}

@InputType()
export class CreateEnvironmentInput {
  @Field(() => String)
  declare project: string;

  @Field(() => String)
  declare key: string;

  @Field(() => String)
  declare name: string;

  @Field(() => Boolean)
  declare isProduction: boolean;
}
