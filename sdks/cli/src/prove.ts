import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  compile,
  type Evaluation,
  type EvaluationContext,
  evaluate,
  type Flag,
  faultsIn,
  type Ruleset,
} from '@burgee/evaluator';
import { everything } from '@burgee/evaluator/full';
import { differencesOfFlagdJavascript, type Imported, type Importer, type ImportInput } from '@burgee/importers';
import { CliError, exitCodes } from './errors.ts';
import type { AskedFlag, PeerAnswer, PeerReply, PeerRequest } from './peer.ts';
import { peerFile } from './peer-file.ts';
import { installPeer, type PeerSdk, peerSdks } from './peer-sdk.ts';
import type { Shell } from './shell.ts';

/** What came of asking both. */
export interface Proof {
  readonly sdk: PeerSdk;
  readonly contexts: number;
  readonly flags: number;
  /** Answers that were left out because chance decided them. */
  readonly random: number;
  /** Answers that differ where the SDK is known to differ from its reference: how many, by what happens there. */
  readonly known: Readonly<Record<string, number>>;
  /** How many others there are; only the first are listed. */
  readonly differing: number;
  readonly differences: readonly Difference[];
}

export interface Difference {
  readonly flag: string;
  readonly context: EvaluationContext;
  readonly theirs: PeerAnswer;
  readonly ours: PeerAnswer;
}

interface Wanted {
  readonly importer: Importer;
  readonly input: ImportInput;
  readonly count: number;
  readonly seed: number;
}

/** Differences that are listed. */
const mostListed = 1000;
const contextsAtOnce = 50;

/** Decides every flag for many contexts, with the other system's own SDK and with Burgee, and compares. */
export async function prove(shell: Shell, { importer, input, count, seed }: Wanted): Promise<Proof> {
  const sdk = peerSdks[importer.format];
  const imported = importer.read({ ...input, reference: sdk.reference });
  const contexts = importer.contexts(input, count, seed);
  const now = Date.now();
  const text = peerFile(imported, input.text);
  const folder = await installPeer(shell, sdk);
  const peer = await startPeer();
  try {
    await peer.ask({ kind: 'load', format: importer.format, folder, text, now });
    return await compare({ sdk, imported, contexts, now, peer });
  } finally {
    peer.stop();
  }
}

interface Comparison {
  readonly sdk: PeerSdk;
  readonly imported: Imported;
  readonly contexts: readonly EvaluationContext[];
  readonly now: number;
  readonly peer: Peer;
}

async function compare({ sdk, imported, contexts, now, peer }: Comparison): Promise<Proof> {
  const flags = imported.flags.map(({ flag }) => flag);
  const asked = flags.map((flag) => askedOf(flag, imported));
  const decide = decider(imported, now);
  const found: Found = { random: 0, known: {}, differing: 0, differences: [] };
  for (let at = 0; at < contexts.length; at += contextsAtOnce) {
    const some = contexts.slice(at, at + contextsAtOnce);
    const { answers } = await peer.ask({ kind: 'decide', flags: asked, contexts: some });
    for (const [i, context] of some.entries()) {
      const theirs = flags.map((flag, j) => theirsFor(flag, asked[j], answers[i]?.[j]));
      for (const [j, flag] of flags.entries())
        note(found, { flag, context, theirs: theirs[j] ?? {} }, decide(flag, context));
    }
  }
  return { sdk, contexts: contexts.length, flags: flags.length, ...found };
}

interface Found {
  random: number;
  readonly known: Record<string, number>;
  differing: number;
  readonly differences: Difference[];
}

interface Answered {
  readonly flag: Flag;
  readonly context: EvaluationContext;
  readonly theirs: PeerAnswer;
}

function note(found: Found, { flag, context, theirs }: Answered, { ours, isRandom }: Decided): void {
  if (isRandom) {
    found.random += 1;
    return;
  }
  if (textOf(theirs) === textOf(ours)) return;
  const [name] = knownOf(flag, context);
  if (name !== undefined) {
    found.known[name] = (found.known[name] ?? 0) + 1;
    return;
  }
  found.differing += 1;
  if (found.differences.length < mostListed) found.differences.push({ flag: flag.key, context, theirs, ours });
}

/** flagd's JavaScript evaluator is not its daemon, and Burgee follows the daemon. */
function knownOf({ key, foreign, semantics }: Flag, context: EvaluationContext): string[] {
  if (!semantics?.startsWith('flagd-')) return [];
  const { targeting } = foreign as { targeting?: unknown };
  return differencesOfFlagdJavascript(targeting, { ...context, $flagd: { flagKey: key } });
}

/** The flag to ask the other system for: a companion's value is the payload of its feature's variant. */
function askedOf({ key, type }: Flag, { format }: Imported): AskedFlag {
  const isCompanion = format === 'unleash' && key.endsWith(companion);
  return {
    key: isCompanion ? key.slice(0, -companion.length) : key,
    type: type === 'integer' || type === 'float' ? 'number' : type,
  };
}

const companion = '~variant';

/** In Burgee's words: a long payload is the companion's alone, where a variant without a payload is its name. */
function theirsFor(flag: Flag, asked: AskedFlag | undefined, answer: PeerAnswer = {}): PeerAnswer {
  const { key, type } = flag;
  if (answer.error !== undefined) return answer;
  if (asked?.key === key) return isLong(answer.payload) ? { ...answer, payload: null } : answer;
  const payload = answer.payload ?? answer.variant ?? (answer.value === true ? withoutVariant(flag) : null);
  if (payload === null || type === 'string') return { value: payload };
  return { value: type === 'object' ? JSON.parse(payload) : Number(payload) };
}

/** What metadata do not hold, so that only the companion serves it. */
function isLong(payload: PeerAnswer['payload']): boolean {
  return typeof payload === 'string' && Buffer.byteLength(payload) > METADATA_LIMIT;
}

const METADATA_LIMIT = 1024;

/** What a companion that others depend on serves to whoever has the feature without a variant; null: nothing. */
function withoutVariant({ rules = [], default: otherwise, variants }: Flag): string | null {
  const served = [...rules.map(({ serve }) => serve), otherwise].find((serve) => typeof serve === 'string');
  return typeof served === 'string' ? String(variants[served]) : null;
}

interface Decided {
  readonly ours: PeerAnswer;
  readonly isRandom: boolean;
}

function decider(imported: Imported, now: number): (flag: Flag, context: EvaluationContext) => Decided {
  let isRandom = false;
  const random = () => {
    isRandom = true;
    return 0.5;
  };
  const flags = Object.fromEntries(imported.flags.map(({ flag }) => [flag.key, flag]));
  const segments = Object.fromEntries(imported.segments.map(({ segment }) => [segment.key, segment]));
  const read: Ruleset = { format: 1, environment: 'proof', version: '1', flags, segments };
  const ruleset = compile({ ...read, faults: faultsIn(read) }, { ...everything, random });
  return (flag, context) => {
    isRandom = false;
    const evaluation = evaluate(ruleset, flag.key, context, now);
    return { ours: answerOf(evaluation, imported, flag), isRandom };
  };
}

/** A decision of ours in the words of the other system. */
function answerOf(
  { reason, errorCode, value, variant, metadata }: Evaluation,
  imported: Imported,
  flag: Flag,
): PeerAnswer {
  if (reason === 'ERROR') return { error: errorCode ?? 'GENERAL' };
  if (imported.format === 'growthbook') return { value: value ?? null };
  if (imported.format === 'flagd') return { value: value ?? null, variant: variant ?? null };
  if (flag.key.endsWith(companion)) return { value: value ?? null };
  const { variant: name, payload } = (metadata ?? {}) as { variant?: string; payload?: string };
  return { value: value === true, variant: name ?? null, payload: payload ?? null };
}

/** Text that is the same for answers that are equal. */
function textOf(answer: PeerAnswer): string {
  return JSON.stringify(answer, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

interface Peer {
  ask(request: Extract<PeerRequest, { kind: 'load' }>): Promise<Extract<PeerReply, { kind: 'loaded' }>>;
  ask(request: Extract<PeerRequest, { kind: 'decide' }>): Promise<Extract<PeerReply, { kind: 'decided' }>>;
  stop(): void;
}

const answersWithinMs = 60_000;

/** Starts the process that holds the SDK; it gets nothing of our environment but the way to Node. */
async function startPeer(): Promise<Peer> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const child = fork(fileURLToPath(new URL(`./peer.${extension}`, import.meta.url)), {
    execArgv: [],
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return {
    ask: (request: PeerRequest) => askChild(child, request) as never,
    stop: () => {
      child.kill('SIGKILL');
    },
  };
}

function askChild(child: ChildProcess, request: PeerRequest): Promise<PeerReply> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(() => reject(broken('it gives no answer'))), answersWithinMs);
    const onMessage = (reply: PeerReply) =>
      settle(() => (reply.kind === 'failed' ? reject(broken(reply.message)) : resolve(reply)));
    const onExit = () => settle(() => reject(broken('its process ended')));
    function settle(end: () => void): void {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
      end();
    }
    child.on('message', onMessage);
    child.on('exit', onExit);
    child.send(request);
  });
}

function broken(why: string): CliError {
  return new CliError('NO_PROOF', `the other system’s SDK does not decide: ${why}`, { exitCode: exitCodes.wrong });
}
