import type { Finding, Imported } from '@burgee/importers';
import type { Sent } from './import-send.ts';
import type { PeerAnswer } from './peer.ts';
import type { Proof } from './prove.ts';
import { table, visible } from './shell.ts';

/** What becomes what, for people. */
export function reportOf(imported: Imported, file: string): string {
  const { flags, segments, refused, warnings, reference } = imported;
  const rows = flags.map(({ flag, kind }) => [
    flag.key,
    kind,
    flag.type,
    flag.enabled ? 'on' : 'off',
    flag.foreign === undefined ? counted(flag.rules?.length ?? 0, 'rule') : 'as it came',
    Object.keys(flag.variants).slice(0, 4).join(' ') + (Object.keys(flag.variants).length > 4 ? ' …' : ''),
  ]);
  const parts = [
    `${file === '-' ? 'standard input' : file}: ${counted(flags.length, 'flag')} and ${counted(segments.length, 'segment')}, deciding as ${reference} does.`,
    ...(rows.length > 0 ? [table(['FLAG', 'KIND', 'TYPE', 'STATE', 'RULES', 'VARIANTS'], rows)] : []),
    ...listed('Cannot be carried over:', refused),
    ...listed('Worth knowing:', warnings),
  ];
  return parts.join('\n\n');
}

function listed(title: string, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const lines = findings.map(({ key, path, message }) => {
    const place = [key, path === '' ? '' : `(${path})`].filter((part) => part !== '').join(' ');
    return `  ${visible(place === '' ? message : `${place}: ${message}`)}`;
  });
  return [[title, ...lines].join('\n')];
}

const differencesShown = 20;

/** What a proof showed. */
export function sentenceOf(proof: Proof, { reference }: Imported): string {
  const { sdk, contexts, flags, random, differing, differences } = proof;
  const shown = differences
    .slice(0, differencesShown)
    .map(({ flag, context, theirs, ours }) =>
      [
        `  ${visible(flag)} for ${visible(JSON.stringify(context))}`,
        `    ${sdk.name}: ${visible(wordsOf(theirs))}`,
        `    Burgee: ${visible(wordsOf(ours))}`,
      ].join('\n'),
    );
  const about = `${differing} difference${differing === 1 ? '' : 's'} in ${contexts} contexts x ${flags} flags`;
  return [
    `${sdk.name} ${sdk.version} beside Burgee: ${about}.`,
    ...(random > 0 ? [`${random} answers were left to chance by the flags themselves, and not compared.`] : []),
    ...(sdk.reference === reference ? [] : [otherReference(proof, reference)]),
    ...knownDifferences(proof),
    ...shown,
    ...(differing > shown.length ? [`  … and ${differing - shown.length} more`] : []),
  ].join('\n');
}

function knownDifferences({ sdk, known }: Proof): string[] {
  const list = Object.entries(known);
  if (list.length === 0) return [];
  const lines = list.map(([what, count]) => `  ${what} (${count})`);
  return [`Besides, ${sdk.name} itself decides otherwise than its daemon, which Burgee follows:`, ...lines];
}

function otherReference({ sdk }: Proof, reference: string): string {
  return `This SDK decides as ${sdk.reference}, so that is what was compared; nothing was shown about where ${reference} differs from it.`;
}

function wordsOf({ error, value, variant, payload }: PeerAnswer): string {
  if (error !== undefined) return `error ${error}`;
  const more = [variant == null ? '' : `variant ${variant}`, payload == null ? '' : `payload ${payload}`].filter(
    (part) => part !== '',
  );
  return [JSON.stringify(value ?? null), ...more].join(', ');
}

interface Whole {
  readonly imported: Imported;
  readonly proof: Proof | undefined;
  readonly sent: Sent | undefined;
}

/** The same for programs. */
export function jsonOf({ imported, proof, sent }: Whole): string {
  return JSON.stringify({ ...imported, proof: proof ?? null, server: sent ?? null }, null, 2);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
