import type { Finding } from '../imported.ts';
import { UnreadableFile } from '../imported.ts';
import { type Document, type Fields, isFields, own } from './document.ts';

/** One flag of the file, and where it stands. */
export interface FlagEntry {
  readonly key: string;
  readonly path: string;
  readonly source: Fields;
}

export interface FlagdFile {
  readonly entries: readonly FlagEntry[];
  readonly metadata: Fields;
  /** Why flagd would load nothing of it. */
  readonly faults: readonly Finding[];
}

/** Reads the outline of a file; throws `UnreadableFile` where there are no flags in it. */
export function readFile({ content }: Document): FlagdFile {
  const flags = own(content, 'flags');
  const faults: Finding[] = [];
  const fault = (path: string, message: string) => faults.push({ key: '', path, message: NOTHING + message });
  const list = Array.isArray(flags) ? listed(flags, fault) : isFields(flags) ? mapped(flags, fault) : undefined;
  if (list === undefined) throw new UnreadableFile('the file has no flags, neither as an object nor as a list');
  const metadata = own(content, 'metadata') ?? {};
  if (!isFields(metadata)) fault('metadata', 'the metadata of the flag set is no object');
  checkEvaluators(own(content, '$evaluators'), fault);
  for (const entry of list) checkFlag(entry, fault);
  return { entries: list, metadata: isFields(metadata) ? metadata : {}, faults };
}

const NOTHING = 'flagd loads nothing of this file: ';

type Fault = (path: string, message: string) => void;

function mapped(flags: Fields, fault: Fault): FlagEntry[] {
  return Object.entries(flags).flatMap(([key, source]) => entry(key, `flags.${key}`, source, fault));
}

function listed(flags: readonly unknown[], fault: Fault): FlagEntry[] {
  return flags.flatMap((source, i) => {
    const path = `flags[${i}]`;
    const key = isFields(source) ? own(source, 'key') : undefined;
    if (typeof key === 'string') return entry(key, path, source, fault);
    if (key === undefined || key === null) return entry('', path, source, fault);
    fault(`${path}.key`, 'the key is no text');
    return [];
  });
}

function entry(key: string, path: string, source: unknown, fault: Fault): FlagEntry[] {
  if (isFields(source)) return [{ key, path, source }];
  fault(path, 'a flag is an object');
  return [];
}

function checkEvaluators(evaluators: unknown, fault: Fault): void {
  if (evaluators !== undefined && evaluators !== null && !isFields(evaluators)) {
    fault('$evaluators', 'the evaluators are no object');
  }
  for (const [name, evaluator] of Object.entries(isFields(evaluators) ? evaluators : {})) {
    if ((JSON.stringify(evaluator) ?? '').length < 3) fault(`$evaluators.${name}`, 'the evaluator is empty');
  }
}

/** What Go's reader does not take, and a default that is no variant. */
function checkFlag({ path, source }: FlagEntry, fault: Fault): void {
  const { state, defaultVariant, variants, metadata } = source;
  if (state !== undefined && state !== null && typeof state !== 'string')
    fault(`${path}.state`, 'the state is no text');
  for (const [name, value] of Object.entries({ variants, metadata })) {
    if (value !== undefined && value !== null && !isFields(value))
      fault(`${path}.${name}`, `the ${name} are no object`);
  }
  if (defaultVariant === undefined || defaultVariant === null || defaultVariant === '') return;
  if (typeof defaultVariant !== 'string') fault(`${path}.defaultVariant`, 'the default variant is no text');
  else if (!isFields(variants) || !Object.hasOwn(variants, defaultVariant)) {
    fault(`${path}.defaultVariant`, `no variant is named ${defaultVariant}`);
  }
}
