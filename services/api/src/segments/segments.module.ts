import { Module } from '@nestjs/common';
import { SegmentsResolver } from './segments.resolver.ts';

/** Managing segments. */
@Module({ providers: [SegmentsResolver] })
export class SegmentsModule {}
