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
