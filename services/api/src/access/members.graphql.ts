import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { ProjectRole, RoleName } from './projects.graphql.ts';
import type { Role } from './role.ts';

@ObjectType({ description: 'What programs of a member identify themselves with.' })
export class AccessToken {
  @Field(() => ID)
  declare id: string;

  @Field(() => String)
  declare name: string;

  @Field(() => Date)
  declare createdAt: Date;

  @Field(() => Date, { nullable: true })
  declare expiresAt: Date | null;

  @Field(() => Date, { nullable: true })
  declare lastUsedAt: Date | null;
}

@ObjectType()
export class CreatedAccessToken {
  @Field(() => AccessToken)
  declare accessToken: AccessToken;

  @Field(() => String, { description: 'Shown this once; only its hash is kept.' })
  declare secret: string;
}

@ObjectType({ description: 'The signed-in member.' })
export class Me {
  @Field(() => ID)
  declare id: string;

  @Field(() => String)
  declare email: string;

  @Field(() => String)
  declare name: string;

  @Field(() => [ProjectRole])
  declare roles: ProjectRole[];

  @Field(() => [AccessToken])
  declare accessTokens: AccessToken[];
}

@ObjectType({ description: 'A member with its role in one project.' })
export class ProjectMember {
  @Field(() => ID)
  declare id: string;

  @Field(() => String)
  declare email: string;

  @Field(() => String)
  declare name: string;

  @Field(() => RoleName)
  declare role: Role;
}

@InputType()
export class CreateMemberInput {
  @Field(() => String)
  declare project: string;

  @Field(() => String)
  declare email: string;

  @Field(() => String)
  declare name: string;

  @Field(() => RoleName)
  declare role: Role;

  @Field(() => String, { nullable: true, description: 'For somebody who is new here; may be left out.' })
  declare password?: string | null;
}

/** Longest life of an access token that has an end. */
export const mostDays = 3650;

export const expiresInDays = {
  type: () => Int,
  nullable: true,
  description: `1 to ${mostDays}; without it the token has no end.`,
};
