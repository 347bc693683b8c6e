import { hash } from 'node:crypto';
import {
  type CompiledRuleset,
  type Evaluation,
  type EvaluationContext,
  evaluate,
  evaluateAll,
} from '@burgee/evaluator';
import { Inject, Injectable } from '@nestjs/common';
import type { KeyCredential } from '../access/credential.ts';
import { CLOCK, type Clock } from '../platform.module.ts';
import { noticingChance } from '../ruleset/compile-options.ts';
import { RulesetStore } from '../ruleset/ruleset.store.ts';
import type { Snapshot } from '../ruleset/snapshot.ts';
import { type Counter, Tally } from '../ruleset/tally.store.ts';
import { type Audience, decisionMember, ofrepEntry, type Rendering } from './rendering.ts';

/** An evaluation with its texts, made once for all who get the same answer. */
export interface Rendered {
  readonly evaluation: Evaluation;
  /** Entry of an OFREP answer. */
  readonly entry: string;
  /** Member of a decisions body. */
  readonly member: string;
  readonly used: Counter;
  readonly delivered: Counter;
}

/** A finished body for all contexts that agree in the attributes that rules read. */
export interface Body {
  readonly text: string;
  readonly rendered: readonly Rendered[];
  /** Chance had a part in it: the next who asks the same gets a body of their own. */
  readonly isDrawn: boolean;
}

/** All decisions for one context. */
export type Decided = Omit<Body, 'text'>;

/** Part of every entity tag: another evaluator may decide otherwise. */
export const evaluatorBuild = 'burgee-1.2';

/** Decides, and keeps the texts of what it decided; every answer depends on nothing but snapshot, moment, audience and context. */
@Injectable()
export class Decisions {
  readonly #rulesets: RulesetStore;
  readonly #tally: Tally;
  readonly #clock: Clock;
  #rendered = new WeakMap<Snapshot, Record<Audience, WeakMap<Evaluation, Rendered>>>();
  readonly #bodies = new Map<string, Body>();
  #bodyCharacters = 0;

  constructor(@Inject(RulesetStore) rulesets: RulesetStore, @Inject(Tally) tally: Tally, @Inject(CLOCK) clock: Clock) {
    this.#rulesets = rulesets;
    this.#tally = tally;
    this.#clock = clock;
  }

  /** The snapshot behind a key; waits only for the first use of an environment. */
  async snapshotOf(key: KeyCredential): Promise<Snapshot> {
    return this.#rulesets.current(key.environmentId) ?? this.#rulesets.open(key.environmentId);
  }

  /** Decides one flag; a flag that the audience may not see is not there. */
  one(snapshot: Snapshot, audience: Audience, question: { key: string; context: EvaluationContext }): Rendered {
    const { key, context } = question;
    const { compiled } = snapshot;
    const isHidden = audience === 'client' && compiled.flags.get(key)?.clientVisible === false;
    const evaluation = evaluate(compiled, key, context, this.#clock());
    if (audience === 'server' && evaluation.errorCode === 'FLAG_NOT_FOUND') {
      this.#tally.miss({ environmentId: snapshot.environmentId, flagKey: key });
    }
    if (!isHidden) return this.#render(snapshot, audience, evaluation);
    const errorMessage = `no flag ${key} in environment ${compiled.environment}`;
    return this.#render(snapshot, audience, {
      flagKey: key,
      reason: 'ERROR',
      errorCode: 'FLAG_NOT_FOUND',
      errorMessage,
    });
  }

  /** Decides every flag that the audience may see. */
  all(snapshot: Snapshot, audience: Audience, context: EvaluationContext): Decided {
    const only = audience === 'client' ? 'clientVisible' : 'all';
    const moment = this.#rulesets.momentOf(snapshot);
    const { result, isDrawn } = noticingChance(() => evaluateAll(snapshot.compiled, context, moment, only));
    return { rendered: result.map((evaluation) => this.#render(snapshot, audience, evaluation)), isDrawn };
  }

  /** Names the answer to a context without deciding anything. What chance decided is kept for an hour at most. */
  tag(snapshot: Snapshot, audience: Audience, context: EvaluationContext): string {
    const moment = this.#rulesets.momentOf(snapshot);
    const hour = snapshot.mayDraw ? Math.floor(this.#clock() / hourMs) : '';
    const answered = [evaluatorBuild, snapshot.version, snapshot.source, moment, hour, audience].join('|');
    return hash('sha256', `${answered}${readBy(snapshot.compiled, context)}`, 'base64url').slice(0, 27);
  }

  /**
   * A finished body under its tag, or the one that `make` makes; few are kept, the latest used longest, and none that
   * chance had a part in: a draw kept for everybody would be a draw no more.
   */
  body(name: string, make: () => Body): Body {
    const known = this.#bodies.get(name);
    const body = known ?? make();
    if (body.isDrawn) return body;
    if (known === undefined) this.#bodyCharacters += body.text.length;
    this.#bodies.delete(name);
    this.#bodies.set(name, body);
    for (const [oldest, { text }] of this.#bodies) {
      if (this.#bodyCharacters <= bodyCharactersKept || oldest === name) break;
      this.#bodies.delete(oldest);
      this.#bodyCharacters -= text.length;
    }
    return body;
  }

  #render(snapshot: Snapshot, audience: Audience, evaluation: Evaluation): Rendered {
    let made = this.#rendered.get(snapshot);
    if (made === undefined) {
      made = { client: new WeakMap(), server: new WeakMap() };
      this.#rendered.set(snapshot, made);
    }
    let rendered = made[audience].get(evaluation);
    if (rendered === undefined) {
      rendered = this.#renderAnew(snapshot, audience, evaluation);
      made[audience].set(evaluation, rendered);
    }
    return rendered;
  }

  #renderAnew(snapshot: Snapshot, audience: Audience, evaluation: Evaluation): Rendered {
    const { flagKey } = evaluation;
    const isFound = evaluation.errorCode !== 'FLAG_NOT_FOUND';
    const flag = isFound ? snapshot.compiled.flags.get(flagKey)?.source : undefined;
    const rendering: Rendering = { audience, flag, isCached: snapshot.source === 'disk' };
    const served = {
      environmentId: snapshot.environmentId,
      flagKey,
      variant: evaluation.variant ?? null,
      throughClientKey: audience === 'client',
    };
    // strangers invent keys without end: unknown ones are not counted here
    const counter = (application: string, source: 'used' | 'delivered') =>
      isFound ? this.#tally.counter({ ...served, application, source }) : { count: 0 };
    return {
      evaluation,
      entry: ofrepEntry(evaluation, rendering),
      member: decisionMember(evaluation, rendering),
      used: counter('ofrep', 'used'),
      delivered: counter('ofrep', 'delivered'),
    };
  }
}

const bodyCharactersKept = 8 * 1024 * 1024;
const hourMs = 3_600_000;

/** What of a context the rules read, each with its type and length, so that no two contexts look alike. */
function readBy({ attributes }: CompiledRuleset, context: EvaluationContext): string {
  const names = attributes.includes('*') ? Object.keys(context).sort() : attributes;
  let text = '';
  for (const name of names) {
    const value = Object.hasOwn(context, name) ? context[name] : undefined;
    const written = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    text += `|${names === attributes ? '' : `${name.length}:${name}`}${typeof value}${written.length}:${written}`;
  }
  return text;
}

/** The audience that a key speaks for. */
export function audienceOf(key: KeyCredential): Audience {
  return key.keyKind === 'client' ? 'client' : 'server';
}
