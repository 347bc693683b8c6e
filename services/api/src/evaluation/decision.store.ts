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
import { type CountedTogether, type Counter, Tally } from '../ruleset/tally.store.ts';
import { Bulk, type Written } from './bulk.ts';
import { flat } from './flat.ts';
import { KeptBodies } from './kept-bodies.ts';
import { Recent } from './recent.ts';
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

/** All decisions for one context. */
export interface Decided {
  readonly rendered: readonly Rendered[];
  /** Chance had a part in it: the next who asks the same gets an answer of their own. */
  readonly isDrawn: boolean;
}

/** Who asks for all flags, and how they are to be written. */
export interface Asked {
  readonly snapshot: Snapshot;
  readonly audience: Audience;
  readonly context: EvaluationContext;
  readonly form: Form;
  /** As {@link Decisions.tag} names it. */
  readonly tag: string;
}

type Form = 'entry' | 'member';

/** Part of every entity tag: another evaluator may decide otherwise. */
export const evaluatorBuild = 'burgee-1.2';

/** Decides, and keeps the texts of what it decided; every answer depends on nothing but snapshot, moment, audience and context. */
@Injectable()
export class Decisions {
  readonly #rulesets: RulesetStore;
  readonly #tally: Tally;
  readonly #clock: Clock;
  readonly #served = new WeakMap<Snapshot, Record<Audience, Serving>>();
  readonly #tags = new Recent<string>(tagsKept);
  readonly #bodies = new KeptBodies<Body>(bodyCharactersKept);
  #namings = 0;

  constructor(@Inject(RulesetStore) rulesets: RulesetStore, @Inject(Tally) tally: Tally, @Inject(CLOCK) clock: Clock) {
    this.#rulesets = rulesets;
    this.#tally = tally;
    this.#clock = clock;
  }

  /** The snapshot behind a key; waits only for the first use of an environment. */
  snapshotOf(key: KeyCredential): Snapshot | Promise<Snapshot> {
    return this.#rulesets.current(key.environmentId) ?? this.#rulesets.open(key.environmentId);
  }

  /** Decides one flag; a flag that the audience may not see is not there. */
  one(snapshot: Snapshot, audience: Audience, question: { key: string; context: EvaluationContext }): Rendered {
    const { key, context } = question;
    const { compiled } = snapshot;
    const isHidden = audience === 'client' && compiled.flags.get(key)?.clientVisible === false;
    const evaluation = evaluate(compiled, key, context, this.#clock());
    if (audience === 'server' && evaluation.errorCode === 'FLAG_NOT_FOUND') {
      this.#tally.miss(snapshot.environmentId, key);
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
    const moment = this.#rulesets.momentOf(snapshot);
    const { result, isDrawn } = noticingChance(() =>
      evaluateAll(snapshot.compiled, context, moment, visibleTo(audience)),
    );
    return { rendered: result.map((evaluation) => this.#render(snapshot, audience, evaluation)), isDrawn };
  }

  /** Names the answer to a context without deciding anything. What chance decided is kept for an hour at most. */
  tag(snapshot: Snapshot, audience: Audience, context: EvaluationContext): string {
    const { mark, answered } = this.#namingOf(snapshot, audience);
    const read = readBy(snapshot.compiled, context);
    const known = this.#tags.get(mark + read);
    if (known !== undefined) return known;
    const tag = hash('sha256', answered + read, 'base64url').slice(0, 27);
    if (read.length <= tagTextKept) this.#tags.set(mark + read, tag);
    return tag;
  }

  /**
   * Every flag that the audience may see, as one text with commas between them; counted as delivered. What chance had a
   * part in is not kept: a draw kept for everybody would be a draw no more.
   */
  joined(asked: Asked): string {
    const { snapshot, audience, form } = asked;
    const serving = this.#servingOf(snapshot, audience);
    serving.bulks[form] ??= this.#prepare(snapshot, audience, form);
    const { bulk, together } = serving.bulks[form];
    const { text, delivered } = bulk.size < worthKeeping ? this.#write(bulk, asked) : this.#kept(bulk, asked);
    together.add();
    for (const counter of delivered) counter.count += 1;
    return text;
  }

  #kept(bulk: Bulk, asked: Asked): Body {
    const name = `${asked.form} ${asked.tag}`;
    const known = this.#bodies.get(name);
    if (known !== undefined) return known;
    const body = this.#write(bulk, asked);
    if (!body.isDrawn) this.#bodies.offer(name, body);
    return body;
  }

  #write(bulk: Bulk, { snapshot, context }: Asked): Body {
    const moment = this.#rulesets.momentOf(snapshot);
    const { result, isDrawn } = noticingChance(() => evaluateAll(bulk.varying, context, moment));
    const { text, delivered } = bulk.write(result);
    return { text, delivered, isDrawn };
  }

  #prepare(snapshot: Snapshot, audience: Audience, form: Form): Prepared {
    const { compiled } = snapshot;
    const bulk = new Bulk(compiled, compiled.lists[visibleTo(audience)], (evaluation) => {
      const { [form]: text, delivered } = this.#render(snapshot, audience, evaluation);
      return { text, delivered };
    });
    return { bulk, together: this.#tally.together(bulk.same) };
  }

  #namingOf(snapshot: Snapshot, audience: Audience): Naming {
    const moment = this.#rulesets.momentOf(snapshot);
    const hour = snapshot.mayDraw ? Math.floor(this.#clock() / hourMs) : '';
    const serving = this.#servingOf(snapshot, audience);
    if (serving.naming?.moment === moment && serving.naming.hour === hour) return serving.naming;
    const answered = [evaluatorBuild, snapshot.version, snapshot.source, moment, hour, audience].join('|');
    this.#namings += 1;
    serving.naming = { moment, hour, answered, mark: `${this.#namings}` };
    return serving.naming;
  }

  #servingOf(snapshot: Snapshot, audience: Audience): Serving {
    let serving = this.#served.get(snapshot);
    if (serving === undefined) {
      serving = {
        client: { rendered: new WeakMap(), bulks: {}, naming: undefined },
        server: { rendered: new WeakMap(), bulks: {}, naming: undefined },
      };
      this.#served.set(snapshot, serving);
    }
    return serving[audience];
  }

  #render(snapshot: Snapshot, audience: Audience, evaluation: Evaluation): Rendered {
    const { rendered } = this.#servingOf(snapshot, audience);
    let known = rendered.get(evaluation);
    if (known === undefined) {
      known = this.#renderAnew(snapshot, audience, evaluation);
      rendered.set(evaluation, known);
    }
    return known;
  }

  #renderAnew(snapshot: Snapshot, audience: Audience, evaluation: Evaluation): Rendered {
    const { flagKey, reason } = evaluation;
    const isFound = evaluation.errorCode !== 'FLAG_NOT_FOUND';
    const flag = isFound ? snapshot.compiled.flags.get(flagKey)?.source : undefined;
    const rendering: Rendering = { audience, flag, isCached: snapshot.source === 'disk' };
    const served = {
      environmentId: snapshot.environmentId,
      flagKey,
      variant: evaluation.variant ?? null,
      throughClientKey: audience === 'client',
    };
    // strangers invent keys without end: unknown ones are counted without their name
    const counter = (source: 'used' | 'delivered') =>
      isFound ? this.#tally.counter({ ...served, application: 'ofrep', source }, reason) : this.#tally.unnamed(reason);
    return {
      evaluation,
      entry: flat(ofrepEntry(evaluation, rendering)),
      member: flat(decisionMember(evaluation, rendering)),
      used: counter('used'),
      delivered: counter('delivered'),
    };
  }
}

/** What was made for an audience of a snapshot. */
interface Serving {
  readonly rendered: WeakMap<Evaluation, Rendered>;
  readonly bulks: { [form in Form]?: Prepared };
  naming: Naming | undefined;
}

interface Prepared {
  readonly bulk: Bulk;
  /** Counts what is the same for everybody. */
  readonly together: CountedTogether;
}

/** What answers depend on beside the context. */
interface Naming {
  readonly moment: number;
  readonly hour: number | '';
  readonly answered: string;
  /** Stands for the same in this process. */
  readonly mark: string;
}

/** A finished text for all contexts that agree in the attributes that rules read. */
interface Body extends Written {
  readonly isDrawn: boolean;
}

/** Fewer flags that differ from context to context are decided and written sooner than a body is found again. */
const worthKeeping = 200;
const bodyCharactersKept = 8 * 1024 * 1024;
/** In each of two generations; a text has at most {@link tagTextKept} characters. */
const tagsKept = 8192;
const tagTextKept = 512;
const hourMs = 3_600_000;

function visibleTo(audience: Audience): 'all' | 'clientVisible' {
  return audience === 'client' ? 'clientVisible' : 'all';
}

/** What of a context the rules read, each with its type and length, so that no two contexts look alike. */
function readBy({ attributes }: CompiledRuleset, context: EvaluationContext): string {
  const names = attributes.includes('*') ? Object.keys(context).sort() : attributes;
  let text = '';
  for (const name of names) {
    if (names !== attributes) text += `|${name.length}:${name}`;
    text += writtenText(Object.hasOwn(context, name) ? context[name] : undefined);
  }
  return text;
}

function writtenText(value: unknown): string {
  if (typeof value === 'string' && value.isWellFormed()) return `|string${value.length}:${value}`;
  // half a surrogate pair would be hashed like any other half
  const written = JSON.stringify(value) ?? '';
  return `|${typeof value === 'string' ? 'halves' : typeof value}${written.length}:${written}`;
}

/** The audience that a key speaks for. */
export function audienceOf(key: KeyCredential): Audience {
  return key.keyKind === 'client' ? 'client' : 'server';
}
