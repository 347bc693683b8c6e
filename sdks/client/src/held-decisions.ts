import type { EvaluationContext } from '@burgee/evaluator';
import { type Decisions, decisionsFrom, nothingDecided, readDecisions, writeDecisions } from './decisions.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Message } from './sources/source.ts';
import { type KeyValueStorage, keep, readKept } from './sources/storage.ts';

export interface HeldDecisionsOptions {
  url: string;
  key: string;
  context?: EvaluationContext;
  initial?: Readonly<Record<string, unknown>>;
  /** The page was rendered with `initial`, so that comes before what was kept. */
  hydrate?: boolean;
  storage: KeyValueStorage | null | undefined;
}

/** The decisions for one context, and their copy in the browser. */
export interface HeldDecisions {
  current(): Decisions;
  /** The body of the request. */
  question(): string;
  /** What a stream can be resumed from; undefined where everything is needed. */
  lastEventId(): string | undefined;
  /** True from a change of context to its first answer or failure. */
  isAsking(): boolean;
  /** Changes the context; false when it asks for what is asked already. */
  ask(context: EvaluationContext): boolean;
  /** Takes over all decisions or a difference; false when it makes no sense, and then nothing has changed. */
  receive(message: Message): boolean;
  /** The question will not be answered now: falls back to what is known about this user. */
  lose(): void;
}

type Asked = { readonly question: string; readonly identity: string };

/** Begins with what was kept for this user, else with what the application brought along, else with nothing. */
export function holdDecisions(options: HeldDecisionsOptions, raise: Lifecycle['raise']): HeldDecisions {
  const { url, key, storage, initial, hydrate } = options;
  let asked = read(options.context);
  let asking = false;
  let held = recall(hydrate);
  let lastEventId: string | undefined;

  function read(given?: EvaluationContext | null): Asked {
    const context = given ?? {};
    let targetingKey = '';
    let question: string;
    try {
      targetingKey = String(context.targetingKey ?? '');
      question = JSON.stringify({ context });
    } catch (error) {
      raise('BURGEE_CLIENT_006', 'the context is not JSON', error);
      question = JSON.stringify({ context: { targetingKey } });
    }
    return { question, identity: `${url}\n${key}\n${targetingKey}` };
  }

  /** Uses the storage, if there is one. */
  function withStorage<T>(use: (storage: KeyValueStorage) => T): T | undefined {
    try {
      return storage ? use(storage) : undefined;
    } catch (error) {
      raise('BURGEE_CLIENT_005', String(error));
      return undefined;
    }
  }

  function recall(initialFirst = false): Decisions {
    const brought = initial && decisionsFrom(initial, 'CACHED');
    const kept = withStorage((one) => readDecisions('kept', readKept(one, asked.identity)));
    return (initialFirst ? brought : kept) ?? kept ?? brought ?? nothingDecided;
  }

  return {
    current: () => held,
    question: () => asked.question,
    isAsking: () => asking,
    lastEventId: () => lastEventId,
    ask(context) {
      const before = asked.question;
      asked = read(context);
      const changed = asked.question !== before;
      if (changed) {
        asking = true;
        lastEventId = undefined;
      }
      return changed;
    },
    receive({ event, data, id }) {
      const decisions = readDecisions(event, data, held);
      if (!decisions) return false;
      held = decisions;
      asking = false;
      lastEventId = id;
      withStorage((one) => keep(one, asked.identity, writeDecisions(decisions)));
      return true;
    },
    lose() {
      if (asking) held = recall();
      asking = false;
    },
  };
}
