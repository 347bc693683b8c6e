import type { EvaluationContext, Flag, Segment, SemanticsName } from '@burgee/evaluator';

/** What an importer reads. */
export interface ImportInput {
  /** The peer's file as it came: JSON, and YAML where the peer reads that. */
  readonly text: string;
  /** Whose decisions are carried over; absent: the format's default. */
  readonly reference?: SemanticsName;
  /** The environment to take, in a file that holds several. */
  readonly environment?: string;
}

/** What came of it; nothing is half carried over: a flag is in `flags` or in `refused`. */
export interface Imported {
  readonly format: ImportFormat;
  readonly reference: SemanticsName;
  readonly flags: readonly ImportedFlag[];
  readonly segments: readonly ImportedSegment[];
  readonly refused: readonly Finding[];
  /** What decides alike and is still worth knowing, such as a strategy that only custom code can decide. */
  readonly warnings: readonly Finding[];
}

export type ImportFormat = 'unleash' | 'growthbook' | 'flagd';

/** A flag in one environment, and what belongs to the flag in all of them. */
export interface ImportedFlag {
  /** As on the wire; `semantics` is the reference. */
  readonly flag: Flag;
  readonly kind: 'release' | 'experiment' | 'operational' | 'permission';
  readonly description: string;
  readonly tags: readonly string[];
}

export interface ImportedSegment {
  readonly segment: Segment;
  readonly name: string;
  readonly description: string;
}

/** A sentence about one flag or segment of the file; the key is empty where it is about the whole file. */
export interface Finding {
  readonly key: string;
  /** Where in the file, such as `features[3].strategies[0]`; empty: the whole. */
  readonly path: string;
  readonly message: string;
}

/** One system's files. */
export interface Importer {
  readonly format: ImportFormat;
  readonly references: readonly [defaultReference: SemanticsName, ...others: SemanticsName[]];
  /** Reads a file; throws `UnreadableFile` only when it is no such file at all. */
  read(input: ImportInput): Imported;
  /** Contexts made from the attributes, values and edges that the file itself names; the same for the same seed. */
  contexts(input: ImportInput, count: number, seed: number): EvaluationContext[];
}

/** A file that is not of the format at all. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

/** The attempt to say a foreign or imported flag in Burgee's own terms. */
export type Converted =
  | { readonly ok: true; readonly flag: Flag; readonly notes: readonly string[] }
  | { readonly ok: false; readonly reasons: readonly string[] };
