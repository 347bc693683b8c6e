import { createReadStream } from 'node:fs';
import path from 'node:path';
import { CliError, exitCodes } from './errors.ts';
import type { Shell } from './shell.ts';

const mostBytes = 20 * 1024 * 1024;

/** Reads a file of text, or standard input for `-`. */
export async function readText(shell: Shell, file: string): Promise<string> {
  const bytes = await readBytes(file === '-' ? (shell.stdin ?? []) : open(path.resolve(shell.cwd, file)), nameOf(file));
  const kind = archives.find(({ magic }) => magic.every((byte, at) => bytes[at] === byte))?.name;
  if (kind !== undefined) throw unreadable(file, `is ${kind}, not text`, 'Unpack it first.');
  if (bytes.includes(0)) throw unreadable(file, 'is a binary file, not text');
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text.trim() === '') throw unreadable(file, 'is empty');
    return text;
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw unreadable(file, 'is not UTF-8 text');
  }
}

/** What is said of a file that cannot be taken. */
export function unreadable(file: string, what: string, fix?: string): CliError {
  return new CliError('UNREADABLE_FILE', `${nameOf(file)} ${what}`, { exitCode: exitCodes.usage, fix });
}

const archives = [
  { name: 'a zip archive', magic: [0x50, 0x4b, 0x03, 0x04] },
  { name: 'a gzip archive', magic: [0x1f, 0x8b] },
] as const;

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}

async function* open(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file) as AsyncIterable<Uint8Array>;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
    throw new CliError('NO_FILE', `${file} ${what}`, { exitCode: exitCodes.usage, cause: error });
  }
}

async function readBytes(source: AsyncIterable<Uint8Array> | readonly Uint8Array[], name: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > mostBytes) {
      const fix = 'Export fewer flags at once, such as one project of several.';
      throw new CliError('FILE_TOO_LARGE', `${name} has more than 20 MB`, { exitCode: exitCodes.usage, fix });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
