import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ApiKeysResolver } from './api-keys.resolver.ts';
import { AuthController } from './auth.controller.ts';
import { CredentialGuard } from './credential.guard.ts';
import { KeyStore } from './key.store.ts';
import { MEMBER_CREDENTIALS } from './member-credentials.ts';
import { MembersResolver } from './members.resolver.ts';
import { ProjectsResolver } from './projects.resolver.ts';
import { Sessions } from './sessions.store.ts';

/** Who may pass: keys, people and the one guard. */
@Module({
  controllers: [AuthController],
  providers: [
    KeyStore,
    Sessions,
    { provide: MEMBER_CREDENTIALS, useExisting: Sessions },
    { provide: APP_GUARD, useClass: CredentialGuard },
    ProjectsResolver,
    MembersResolver,
    ApiKeysResolver,
  ],
  exports: [KeyStore, MEMBER_CREDENTIALS],
})
export class AccessModule {}
