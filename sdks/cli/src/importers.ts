import { flagd, growthbook, type Importer, type ImportFormat, unleash } from '@burgee/importers';

/** The systems whose files can be read. */
export const importers: Readonly<Record<ImportFormat, Importer>> = { unleash, growthbook, flagd };
