import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import helmet from 'helmet';
import type { Config } from './config.ts';
import { importDoor } from './graphql/import-door.ts';
import { parseJsonBody } from './json-body.ts';
import { assertOneHost } from './wire.listener.ts';

/** Largest body of every door but those in {@link roomierDoors}. */
export const bodyLimitBytes = 64 * 1024;

/** Doors whose bodies are lists that a program made, or the rules of a flag. */
const roomierDoors: Readonly<Record<string, number>> = {
  '/v1/exposures': 256 * 1024,
  '/graphql': 1024 * 1024,
  // all of another system's flags at once; its body is read for members only
  [importDoor]: 16 * 1024 * 1024,
};

/** Doors that pages of any origin may use: they take a key in a header and no cookie. */
const openPaths = /^\/(ofrep\/|v1\/decisions$|v1\/exposures$)/;

/** Tells which methods an address has, when it has any. */
export type MethodsOf = (path: string) => readonly string[];

/** Gives the server its body parser, its headers and its answer to preflights; call it before any route is added. */
export function prepareServer(server: FastifyInstance, config: Config): MethodsOf {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, parseJson);
  const setPageHeaders = helmet(pageHeaders(config));
  const page: onRequestHookHandler = (request, reply, done) => setPageHeaders(request.raw, reply.raw, () => done());
  const methodsOf = rememberRoutes(server, page);
  server.addHook('onRequest', (request, reply, done) => {
    assertOneHost(request.raw);
    if (!request.is404) return done();
    const path = request.url.split('?', 1)[0] ?? '/';
    if (request.method === 'OPTIONS' && openPaths.test(path)) answerPreflight(request, reply, methodsOf(path));
    else headersAt(path, page).call(server, request, reply, done);
  });
  return methodsOf;
}

/** What sets the headers at an address; looked up once for each route. */
function headersAt(path: string, page: onRequestHookHandler): onRequestHookHandler {
  if (openPaths.test(path)) return headers(openToAllOrigins);
  return path.startsWith('/v1/') ? headers({ 'x-content-type-options': 'nosniff' }) : page;
}

function headers(values: Readonly<Record<string, string>>): onRequestHookHandler {
  return (_request, reply, done) => {
    reply.headers(values);
    done();
  };
}

const openToAllOrigins = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'etag, retry-after, preference-applied',
  'x-content-type-options': 'nosniff',
} as const;

function parseJson(
  request: FastifyRequest,
  body: string | Buffer,
  done: (error: Error | null, body?: unknown) => void,
): void {
  let parsed: unknown;
  try {
    parsed = parseJsonBody(body as Buffer, request.headers['content-encoding']);
  } catch (error) {
    done(error as Error);
    return;
  }
  done(null, parsed);
}

/** Headers of tracing and an application's own may come with a question: what the page names is welcome, since no cookie is. */
function answerPreflight(request: FastifyRequest, reply: FastifyReply, methods: readonly string[]): void {
  const asked = request.headers['access-control-request-headers'];
  reply
    .status(204)
    .header('allow', [...methods, 'OPTIONS'].join(', '))
    .header('access-control-allow-origin', '*')
    .header('access-control-allow-methods', methods.join(', '))
    .header('access-control-allow-headers', asked !== undefined && headerNames.test(asked) ? asked : usualHeaders)
    .header('access-control-max-age', '7200')
    .header('vary', 'access-control-request-headers')
    .send();
}

const usualHeaders =
  'authorization, content-type, if-none-match, x-api-key, last-event-id, cache-control, accept, prefer';
const headerNames = /^[\w!#$%&'*+.^`|~-]+(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*$/;

function pageHeaders(config: Config) {
  const isHttps = config.publicUrl.startsWith('https:');
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        // the components set colours and sizes in style attributes
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' as const },
    referrerPolicy: { policy: 'no-referrer' as const },
    crossOriginOpenerPolicy: { policy: 'same-origin' as const },
    hsts: isHttps ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  };
}

/** Gives every route its headers, and keeps its pattern, so that a wrong method can be told from a wrong address. */
function rememberRoutes(server: FastifyInstance, page: onRequestHookHandler): MethodsOf {
  const routes: { methods: readonly string[]; pattern: RegExp }[] = [];
  server.addHook('onRoute', (route) => {
    const limit = roomierDoors[route.url];
    if (limit !== undefined) route.bodyLimit = limit;
    route.onRequest = [headersAt(route.url, page), ...[route.onRequest ?? []].flat()];
    if (route.url.includes('*')) return;
    routes.push({ methods: [route.method].flat(), pattern: patternOf(route.url) });
  });
  return (path) =>
    [...new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))].sort();
}

function patternOf(url: string): RegExp {
  const escaped = url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:[A-Za-z]+/g, '[^/]+')}$`);
}
