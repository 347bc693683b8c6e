import { Controller, Get, Inject, NotFoundException, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../access/credential.guard.ts';
import { CONFIG, type Config } from '../config.ts';
import { BurgeeError } from '../errors.ts';
import { type AdminFile, readAdminFiles } from './admin-files.store.ts';

/** The admin's page and what belongs to it. Anybody may load it: it holds nothing but code. */
@Controller()
export class AdminController {
  readonly #files: ReadonlyMap<string, AdminFile>;

  constructor(@Inject(CONFIG) { adminDir }: Config) {
    this.#files = adminDir === undefined ? new Map() : readAdminFiles(adminDir);
  }

  @Public()
  @Get()
  root(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.#send(request, reply);
  }

  @Public()
  @Get('*')
  any(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.#send(request, reply);
  }

  #send(request: FastifyRequest, reply: FastifyReply): void {
    const file = this.#fileFor(request);
    if (file === undefined) throw missing(request);
    reply.header('cache-control', file.cacheControl).header('etag', file.etag).header('vary', 'accept-encoding');
    if (request.headers['if-none-match'] === file.etag) {
      reply.status(304).send();
      return;
    }
    const isSmall = file.gzipped !== undefined && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    if (isSmall) reply.header('content-encoding', 'gzip');
    reply.header('content-type', file.contentType).send(isSmall ? file.gzipped : file.bytes);
  }

  #fileFor(request: FastifyRequest): AdminFile | undefined {
    const path = pathOf(request);
    const isPage = request.headers.accept?.includes('text/html') === true && !doors.test(path) && !/\.\w+$/.test(path);
    return this.#files.get(path) ?? (path === '/' || isPage ? this.#files.get('/index.html') : undefined);
  }
}

/** First parts of addresses that are the api's: a wrong one there is an error and never a page. */
const doors = /^\/(v1|ofrep|auth|graphql|reports|metrics|livez|readyz|\.well-known)(\/|$)/;

function missing(request: FastifyRequest): Error {
  if (pathOf(request) !== '/') return new NotFoundException();
  return new BurgeeError('NOT_FOUND', 'This api serves no admin page.', {
    fix: 'Set BURGEE_ADMIN_DIR to the folder of the built admin.',
  });
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/';
}
