import type { Bed } from './bed.ts';
import { type Scale, type Scenery, Stage } from './stage.ts';

/** Something that breaks, and what must hold all the same. */
export interface Fault {
  /** As in the list of faults. */
  readonly id: string;
  readonly title: string;
  readonly scenery?: Scenery;
  /** Also part of the short round in `npm test`. */
  readonly isShort?: true;
  /** Where it is missing the fault is skipped, loudly. */
  readonly needs?: 'namespaces';
  /** Breaks things on the stage, mends them, and demands what is its own; rule R0 is read off afterwards. */
  play(stage: Stage): Promise<void>;
  /** Builds broken on purpose that must not pass. */
  readonly mutants: readonly string[];
}

export interface Outcome {
  /** Empty: it passed. */
  readonly problems: readonly string[];
  readonly examples: readonly string[];
  readonly figures: Readonly<Record<string, number | string>>;
}

/** Plays one fault once. */
export async function playFault(
  fault: Fault,
  on: { bed: Bed; scale: Scale; seed: number; mutant?: string },
): Promise<Outcome> {
  const stage = new Stage({ ...on, scenery: fault.scenery ?? {}, mutant: on.mutant });
  try {
    await stage.set();
    await fault.play(stage);
    await stage.settle();
  } catch (error) {
    if ((error as Error).message.startsWith('mutant ')) throw error;
    stage.problems.push(String((error as Error).stack ?? error));
  } finally {
    await stage.clear();
  }
  for (const { output } of stage.replicas)
    if (output().includes('does not hold exactly once')) throw new Error(output().slice(-500));
  return { problems: stage.problems, examples: stage.tally.examples, figures: stage.figures };
}
