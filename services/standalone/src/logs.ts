import { mkdirSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';

/** Where a part's output goes: a file that is begun anew at a start when it has become large. */
export function openLog(dataDir: string, part: string): string {
  const folder = path.join(dataDir, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, `${part}.log`);
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > largeBytes) truncateSync(file);
  return file;
}

const largeBytes = 10 * 1024 * 1024;
