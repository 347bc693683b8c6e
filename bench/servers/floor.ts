/**
 * What answering costs without any work: the same questions, read and parsed, and a ready answer. `floor.ts http|fastify|nest
 * PORT`; the first, and both frameworks of the api, from its packages.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [mode, port] = process.argv.slice(2);
const bulk = Buffer.from(JSON.stringify({ flags: [], filler: '' }).padEnd(8192));
const one = '{"key":"rule-00007","value":true,"reason":"TARGETING_MATCH","variant":"on","metadata":{}}';
const tag = '"ready"';
const jsonType = 'application/json; charset=utf-8';

if (mode === 'http') plain().listen(Number(port), '127.0.0.1');
else if (mode === 'fastify') await (await fastifyApp()).listen({ port: Number(port), host: '127.0.0.1' });
else await (await nestApp()).listen(Number(port), '127.0.0.1');

function plain() {
  return createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (parts.length > 0) JSON.parse(Buffer.concat(parts).toString());
      answer(request, response);
    });
  });
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers['if-none-match'] === tag) {
    response.writeHead(304, ['etag', tag]).end();
    return;
  }
  const body = request.url?.endsWith('/flags') ? bulk : Buffer.from(one);
  response.writeHead(200, ['content-type', jsonType, 'etag', tag, 'content-length', String(body.length)]).end(body);
}

// biome-ignore lint/suspicious/noExplicitAny: the packages of another workspace have no types here
type Any = any;

async function load(name: string): Promise<Any> {
  const { resolve } = createRequire(path.resolve(import.meta.dirname, '../../services/api/package.json'));
  return import(pathToFileURL(resolve(name)).href);
}

async function fastifyApp(): Promise<Any> {
  const { fastify } = await load('fastify');
  const app = fastify();
  for (const [url, body] of [
    ['/ofrep/v1/evaluate/flags', bulk],
    ['/ofrep/v1/evaluate/flags/:key', one],
  ] as const) {
    app.post(url, (request: Any, reply: Any) => send(request, reply, body));
  }
  return app;
}

function send(request: Any, reply: Any, body: Buffer | string): Any {
  reply.header('etag', tag);
  if (request.headers['if-none-match'] === tag) return reply.status(304).send();
  return reply.header('content-type', jsonType).send(body);
}

async function nestApp(): Promise<Any> {
  await load('reflect-metadata');
  const nest = await load('@nestjs/common');
  const { NestFactory } = await load('@nestjs/core');
  const { FastifyAdapter } = await load('@nestjs/platform-fastify');
  class Guard {
    canActivate(context: Any): boolean {
      return context.switchToHttp().getRequest().headers.authorization !== undefined;
    }
  }
  class Door {
    all(request: Any, reply: Any): void {
      send(request, reply, bulk);
    }
    one(request: Any, reply: Any): void {
      send(request, reply, one);
    }
  }
  const decorate = (decorators: Any[], target: Any, key?: string) => {
    const descriptor = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
    for (const decorator of decorators) decorator(target, key, descriptor);
  };
  for (const [method, url] of [
    ['all', 'flags'],
    ['one', 'flags/:key'],
  ] as const) {
    nest.Req()(Door.prototype, method, 0);
    nest.Res()(Door.prototype, method, 1);
    decorate([nest.Post(url), nest.HttpCode(200), nest.UseGuards(Guard)], Door.prototype, method);
  }
  decorate([nest.Controller('ofrep/v1/evaluate')], Door);
  decorate([nest.Injectable()], Guard);
  class Floor {}
  decorate([nest.Module({ controllers: [Door], providers: [Guard] })], Floor);
  return NestFactory.create(Floor, new FastifyAdapter({ skipMiddie: true }), { logger: false });
}
