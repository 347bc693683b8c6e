import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { constants, gzipSync } from 'node:zlib';

/** One file of the built admin, held in memory. */
export interface AdminFile {
  readonly bytes: Buffer;
  /** The same, compressed; absent where that saves nothing. */
  readonly gzipped: Buffer | undefined;
  readonly contentType: string;
  readonly cacheControl: string;
  readonly etag: string;
}

/** Reads a folder once. What is not in it by its exact name is not there: no path ever reaches the file system. */
export function readAdminFiles(folder: string): ReadonlyMap<string, AdminFile> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((name) => contentTypes[extname(name)] !== undefined);
  return new Map(names.map((name) => [`/${name.split(sep).join('/')}`, fileOf(folder, name)]));
}

/** Source maps are not among them, and so are not served. */
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

const oneYearSeconds = 31_536_000;

function fileOf(folder: string, name: string): AdminFile {
  const bytes = readFileSync(join(folder, name));
  const gzipped = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
  // the build puts a hash of the content into every name under assets/
  const isForEver = name.startsWith(`assets${sep}`);
  return {
    bytes,
    gzipped: gzipped.length < bytes.length ? gzipped : undefined,
    contentType: contentTypes[extname(name)] as string,
    cacheControl: isForEver ? `public, max-age=${oneYearSeconds}, immutable` : 'no-cache',
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
  };
}
