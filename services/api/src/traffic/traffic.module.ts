import { Global, Module } from '@nestjs/common';
import { Connections } from './connections.store.ts';
import { Limits } from './limits.store.ts';
import { Requests } from './requests.store.ts';
import { Shedding } from './shedding.store.ts';
import { Traffic } from './traffic.listener.ts';

/** How much may come, and how much came. */
@Global()
@Module({ providers: [Connections, Limits, Requests, Shedding, Traffic], exports: [Limits, Shedding, Traffic] })
export class TrafficModule {}
