import { Module } from '@nestjs/common';
import { OpenApiController } from './openapi.controller.ts';

/** The document of the doors of applications. */
@Module({ controllers: [OpenApiController] })
export class OpenApiModule {}
