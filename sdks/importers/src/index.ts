export type { Exported } from './export/exported.ts';
export { exportFlagd } from './export-flagd.ts';
export { exportUnleash } from './export-unleash.ts';
export { convertFlagd } from './flagd/convert.ts';
export { differencesOfFlagdJavascript } from './flagd/javascript.ts';
export { flagd } from './flagd.ts';
export { convertGrowthbook } from './growthbook/convert.ts';
export { decryptGrowthbook, decryptGrowthbookPayload, type Subtle } from './growthbook/decrypt.ts';
export { growthbook } from './growthbook.ts';
export {
  type Converted,
  type Finding,
  type Imported,
  type ImportedFlag,
  type ImportedSegment,
  type Importer,
  type ImportFormat,
  type ImportInput,
  UnreadableFile,
} from './imported.ts';
export { convertUnleash } from './unleash/convert.ts';
export { unleash } from './unleash.ts';
