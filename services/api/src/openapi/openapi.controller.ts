import { Controller, Get, Header, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Public } from '../access/credential.guard.ts';
import { openApiDocument } from './document.ts';

const text = JSON.stringify(openApiDocument);

/** `GET /openapi.json`: what the doors of applications take and answer. */
@Controller()
export class OpenApiController {
  @Public()
  @Get('openapi.json')
  @Header('content-type', 'application/json; charset=utf-8')
  @Header('access-control-allow-origin', '*')
  describe(@Res() reply: FastifyReply): void {
    reply.send(text);
  }
}
