import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { Mutation, Query, type ReturnTypeFunc } from '@nestjs/graphql';
import type { FastifyRequest } from 'fastify';
import { BurgeeError } from '../errors.ts';
import { Credential } from './credential.guard.ts';
import type { MemberCredential } from './credential.ts';
import type { Role } from './role.ts';

/** Reflection key under which a field keeps its {@link Need}. */
export const neededRole = 'burgee:needed-role';

/** The least role in the project that the field asks for; `production` when it is another one there; `self` when a member does it to itself. */
export type Need = Role | 'self' | { readonly role: Role; readonly production: Role };

interface Field {
  readonly needs: Need;
  readonly does: string;
  readonly nullable?: boolean;
}

/** A GraphQL query for members; what it may show is decided by its SQL, from `member_role`. */
export function MemberQuery(type: ReturnTypeFunc, field: Field): MethodDecorator {
  return applyDecorators(Query(type, optionsOf(field)), Credential('member'), SetMetadata(neededRole, field.needs));
}

/** A GraphQL mutation for members; whether it may happen is decided by the triggers, from `member_role`. */
export function MemberMutation(type: ReturnTypeFunc, field: Field): MethodDecorator {
  return applyDecorators(Mutation(type, optionsOf(field)), Credential('member'), SetMetadata(neededRole, field.needs));
}

/** Parameter: the member who asks. */
export const CurrentMember = createParamDecorator((_: unknown, context: ExecutionContext): MemberCredential => {
  const request =
    context.getType<string>() === 'graphql'
      ? context.getArgByIndex<{ request: FastifyRequest }>(2).request
      : context.switchToHttp().getRequest<FastifyRequest>();
  if (request.credential?.kind === 'member') return request.credential;
  throw new BurgeeError('UNAUTHORIZED', 'Sign in first.');
});

function optionsOf({ needs, does, nullable = false }: Field) {
  return { description: `${does} ${sentenceOf(needs)}`, nullable };
}

function sentenceOf(needs: Need): string {
  if (needs === 'self') return 'Any member, for itself.';
  if (typeof needs === 'string') return `Needs the role ${needs}.`;
  return `Needs the role ${needs.role}; where it changes production, ${needs.production} and a reason.`;
}
