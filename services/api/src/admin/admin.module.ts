import { Module } from '@nestjs/common';
import { AdminController } from './admin.controller.ts';

/** The built admin, served by the api itself. */
@Module({ controllers: [AdminController] })
export class AdminModule {}
