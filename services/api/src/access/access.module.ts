import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CredentialGuard } from './credential.guard.ts';
import { KeyStore } from './key.store.ts';
import { MEMBER_CREDENTIALS, type MemberCredentials } from './member-credentials.ts';

const nobody: MemberCredentials = {
  cookieName: 'burgee_session',
  fromCookie: async () => undefined,
  fromBearer: async () => undefined,
};

/** Who may pass: keys, people and the one guard. */
@Module({
  providers: [
    KeyStore,
    { provide: MEMBER_CREDENTIALS, useValue: nobody },
    { provide: APP_GUARD, useClass: CredentialGuard },
  ],
  exports: [KeyStore, MEMBER_CREDENTIALS],
})
export class AccessModule {}
