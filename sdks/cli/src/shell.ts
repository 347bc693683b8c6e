import { readFileSync } from 'node:fs';
import { CliError, exitCodes } from './errors.ts';

/** What a command sees of the world. */
export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  /** Absent: nothing comes in. */
  readonly stdin?: AsyncIterable<Uint8Array>;
}

/** A variable, given as `NAME` or by a file named in `NAME_FILE`; blank is absent. */
export function variable({ env }: Shell, name: string): string | undefined {
  const file = env[`${name}_FILE`]?.trim();
  if (!file) return env[name]?.trim() || undefined;
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch (cause) {
    throw new CliError('BAD_SETTING', `${name}_FILE cannot be read: ${file}`, { exitCode: exitCodes.usage, cause });
  }
}

/** A table for people: columns aligned, control characters shown and never obeyed by the terminal. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows].map((row) => row.map(visible));
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Text from elsewhere, with its control characters written out. */
export function visible(text: string): string {
  return text.replace(/\p{Cc}|\p{Cf}/gu, (character) => JSON.stringify(character).slice(1, -1));
}
