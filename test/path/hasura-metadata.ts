import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';

/**
 * Reads a Hasura project's metadata as the one document that `replace_metadata` takes: every string `!include file` stands for
 * that file, found beside the one that names it.
 *
 * @param file  path of `databases.yaml`
 */
export async function readSources(file: string): Promise<unknown> {
  return include(parse(await readFile(file, 'utf8')), path.dirname(file));
}

async function include(value: unknown, folder: string): Promise<unknown> {
  if (typeof value === 'string' && value.startsWith('!include ')) {
    return readSources(path.join(folder, value.slice('!include '.length)));
  }
  if (Array.isArray(value)) return Promise.all(value.map((item) => include(item, folder)));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(async ([key, item]) => [key, await include(item, folder)] as const);
  return Object.fromEntries(await Promise.all(entries));
}
