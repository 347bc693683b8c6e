import type { SemanticsName } from '@burgee/evaluator';
import { flagd, growthbook, type Importer, type ImportFormat, unleash } from '@burgee/importers';
import { CliError, exitCodes } from './errors.ts';

/** The systems whose files can be read. */
export const importers: Readonly<Record<ImportFormat, Importer>> = { unleash, growthbook, flagd };

/** The reference that is asked for; undefined: the format's default. */
export function referenceOf({ format, references }: Importer, given: string | undefined): SemanticsName | undefined {
  const reference = references.find((name) => name === given);
  if (given === undefined || reference !== undefined) return reference;
  throw new CliError('BAD_REFERENCE', `${format} has no reference ${given}`, {
    fix: `Name one of ${references.join(', ')}.`,
    exitCode: exitCodes.usage,
  });
}
