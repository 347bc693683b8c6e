import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Writes a file that only its owner reads (mode 0600): whole, or not at all. */
export function writePrivateFile(file: string, text: string): void {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, text, { mode: 0o600 });
  renameSync(unfinished, file);
}

/** Reads a file of ours; undefined when it is not there. */
export function readPrivateText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Reads a file of ours; undefined when it is not there or not whole. */
export function readPrivateJson<T>(file: string): T | undefined {
  const text = readPrivateText(file);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined; // a torn write of an older system; made anew
  }
}
