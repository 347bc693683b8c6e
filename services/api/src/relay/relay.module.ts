import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CredentialGuard } from '../access/credential.guard.ts';
import { KEY_SOURCE } from '../access/key-source.ts';
import { KeysModule } from '../access/keys.module.ts';
import { MEMBER_CREDENTIALS, type MemberCredentials } from '../access/member-credentials.ts';
import { CONFIG, type Config } from '../config.ts';
import { RULESET_SOURCE } from '../ruleset/source.ts';
import { Upstream } from '../upstream.ts';
import { UpstreamListener } from './upstream.listener.ts';

/** Nobody signs in to a relay. */
const nobody: MemberCredentials = {
  cookieName: '',
  fromCookie: async () => undefined,
  fromBearer: async () => undefined,
};

/** The way to another Burgee, from which rulesets and keys come; applications pass, people do not. */
@Global()
@Module({
  imports: [KeysModule],
  providers: [
    { provide: Upstream, inject: [CONFIG], useFactory: (config: Config) => new Upstream(config) },
    UpstreamListener,
    { provide: KEY_SOURCE, useExisting: UpstreamListener },
    { provide: RULESET_SOURCE, useExisting: UpstreamListener },
    { provide: MEMBER_CREDENTIALS, useValue: nobody },
    { provide: APP_GUARD, useClass: CredentialGuard },
  ],
  exports: [Upstream, KEY_SOURCE, RULESET_SOURCE],
})
export class RelayModule {}
