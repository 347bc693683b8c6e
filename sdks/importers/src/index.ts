export { convertFlagd } from './flagd/convert.ts';
export { flagd } from './flagd.ts';
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
export { unleash } from './unleash.ts';
