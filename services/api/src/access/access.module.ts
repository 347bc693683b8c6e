import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ApiKeysResolver } from './api-keys.resolver.ts';
import { AuthController } from './auth.controller.ts';
import { CredentialGuard } from './credential.guard.ts';
import { KeysModule } from './keys.module.ts';
import { MEMBER_CREDENTIALS } from './member-credentials.ts';
import { MembersResolver } from './members.resolver.ts';
import { ProjectsResolver } from './projects.resolver.ts';
import { Sessions } from './sessions.store.ts';

/** Who may pass: keys, people and the one guard. */
@Module({
  imports: [KeysModule],
  controllers: [AuthController],
  providers: [
    Sessions,
    { provide: MEMBER_CREDENTIALS, useExisting: Sessions },
    { provide: APP_GUARD, useClass: CredentialGuard },
    ProjectsResolver,
    MembersResolver,
    ApiKeysResolver,
  ],
  exports: [KeysModule, MEMBER_CREDENTIALS],
})
export class AccessModule {}
