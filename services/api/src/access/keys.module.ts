import { Module } from '@nestjs/common';
import { KeyStore } from './key.store.ts';

/** The keys of applications; where they come from is the matter of whoever puts the process together. */
@Module({ providers: [KeyStore], exports: [KeyStore] })
export class KeysModule {}
