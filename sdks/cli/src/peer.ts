import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';

/*
 * A process of its own that decides flags with another system's SDK, for `burgee import --prove`. It is started with an
 * IPC channel, has no network, and its clock stands still, so that both sides decide at the same instant.
 */

/** What the parent sends: first one `load`, then any number of `decide`. */
export type PeerRequest =
  | {
      readonly kind: 'load';
      readonly format: 'unleash' | 'growthbook' | 'flagd';
      readonly folder: string;
      readonly text: string;
      readonly now: number;
    }
  | { readonly kind: 'decide'; readonly flags: readonly AskedFlag[]; readonly contexts: readonly Context[] };

export interface AskedFlag {
  readonly key: string;
  readonly type: 'boolean' | 'string' | 'number' | 'object';
}

/** One list of answers a context, in the order of the flags. */
export type PeerReply =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'decided'; readonly answers: readonly (readonly PeerAnswer[])[] }
  | { readonly kind: 'failed'; readonly message: string };

/** What is compared; what a system does not have is absent. */
export interface PeerAnswer {
  readonly value?: unknown;
  readonly variant?: string | null;
  readonly payload?: string | null;
  readonly error?: string;
}

type Context = Readonly<Record<string, unknown>>;
type Decide = (flag: AskedFlag, context: Context) => PeerAnswer;

let decide: Decide | undefined;

process.on('message', (request: PeerRequest) => void reply(request));
process.on('disconnect', () => process.exit());

async function reply(request: PeerRequest): Promise<void> {
  try {
    process.send?.(await answer(request));
  } catch (error) {
    process.send?.({ kind: 'failed', message: String((error as Error).message ?? error) } satisfies PeerReply);
  }
}

async function answer(request: PeerRequest): Promise<PeerReply> {
  if (request.kind === 'load') {
    const { format, folder, text, now } = request;
    cutOff(now);
    decide = await systems[format](createRequire(path.join(folder, 'package.json')), text);
    return { kind: 'loaded' };
  }
  const ask = decide;
  if (ask === undefined) throw new Error('nothing is loaded yet');
  return {
    kind: 'decided',
    answers: request.contexts.map((context) => request.flags.map((flag) => safely(() => ask(flag, context)))),
  };
}

function safely(ask: () => PeerAnswer): PeerAnswer {
  try {
    return ask();
  } catch (error) {
    return { error: `threw ${(error as Error).message}` };
  }
}

/** Before the SDK is loaded: no socket connects, and no clock moves. */
function cutOff(now: number): void {
  net.Socket.prototype.connect = () => {
    throw new Error('a proof has no network');
  };
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...parts: []) {
      super(...(parts.length === 0 ? ([now] as unknown as []) : parts));
    }
    static override now(): number {
      return now;
    }
  } as DateConstructor;
}

const systems: Readonly<
  Record<'unleash' | 'growthbook' | 'flagd', (load: NodeJS.Require, text: string) => Promise<Decide>>
> = { unleash: loadUnleash, growthbook: loadGrowthbook, flagd: loadFlagd };

interface UnleashClient extends EventEmitter {
  isEnabled(key: string, context: Context): boolean;
  getVariant(key: string, context: Context): { name: string; enabled: boolean; payload?: { value: string } };
}

async function loadUnleash(load: NodeJS.Require, text: string): Promise<Decide> {
  const { Unleash } = load('unleash-client') as { Unleash: new (options: object) => UnleashClient };
  const content: unknown = JSON.parse(text);
  const unleash = new Unleash({
    appName: 'burgee',
    url: 'http://127.0.0.1:9/',
    refreshInterval: 0,
    disableMetrics: true,
    skipInstanceCountWarning: true,
    storageProvider: { get: async () => content, set: async () => undefined },
  });
  unleash.on('error', () => undefined); // it tries to fetch, which it cannot
  await EventEmitter.once(unleash, 'ready');
  return ({ key }, context) => {
    // what the SDK knows of itself is no part of the context
    const given = {
      appName: undefined,
      environment: undefined,
      ...context,
      userId: context.userId ?? context.targetingKey,
    };
    const { name, enabled, payload } = unleash.getVariant(key, given);
    const value = unleash.isEnabled(key, given);
    return { value, variant: enabled ? name : null, payload: enabled ? (payload?.value ?? null) : null };
  };
}

interface GrowthBookSdk {
  GrowthBook: new (options: object) => { evalFeature(key: string): { value: unknown }; destroy(): void };
}

async function loadGrowthbook(load: NodeJS.Require, text: string): Promise<Decide> {
  const { GrowthBook } = load('@growthbook/growthbook') as GrowthBookSdk;
  const { features, savedGroups, contextualBandits } = JSON.parse(text) as Context;
  return ({ key }, context) => {
    const { $growthbook, ...given } = context;
    // Burgee lends the targeting key to a context without an id
    const attributes = { ...(context.targetingKey === undefined ? {} : { id: context.targetingKey }), ...given };
    const beside = typeof $growthbook === 'object' ? $growthbook : {};
    const growthbook = new GrowthBook({ ...beside, features, savedGroups, contextualBandits, attributes });
    const { value } = growthbook.evalFeature(key);
    growthbook.destroy();
    return { value: value ?? null };
  };
}

type FlagdResolve = (
  key: string,
  fallback: unknown,
  context: Context,
) => { value: unknown; variant?: string; reason?: string; errorCode?: string };
type FlagdResolvers = Readonly<Record<`resolve${'Boolean' | 'String' | 'Number' | 'Object'}Evaluation`, FlagdResolve>>;
interface FlagdSdk {
  FlagdCore: new (
    storage: undefined,
    logger: object,
    options: object,
  ) => FlagdResolvers & { setConfigurations(text: string): void };
}

async function loadFlagd(load: NodeJS.Require, text: string): Promise<Decide> {
  const { FlagdCore } = load('@openfeature/flagd-core') as FlagdSdk;
  const silent = () => undefined;
  const logger = { error: silent, warn: silent, info: silent, debug: silent };
  const core = new FlagdCore(undefined, logger, { disableDynamicCodeGeneration: true });
  core.setConfigurations(text);
  const resolvers = {
    boolean: 'resolveBooleanEvaluation',
    string: 'resolveStringEvaluation',
    number: 'resolveNumberEvaluation',
    object: 'resolveObjectEvaluation',
  } as const;
  return ({ key, type }, context) => {
    const { value, variant, errorCode } = core[resolvers[type]](key, null, context);
    if (errorCode !== undefined) return { error: errorCode };
    return variant === undefined ? { value: null, variant: null } : { value, variant };
  };
}
