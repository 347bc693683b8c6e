import type { CompiledFlag, CompiledRuleset, Evaluation } from '@burgee/evaluator';
import type { Counter } from '../ruleset/tally.store.ts';
import { flat } from './flat.ts';

/** The texts of one evaluation in the form of a body, and where it is counted when it is handed out with all others. */
export interface Piece {
  readonly text: string;
  readonly delivered: Counter;
}

/** All flags of an audience as one text. */
export interface Written {
  readonly text: string;
  /** Of the flags that are not the same for everybody. */
  readonly delivered: readonly Counter[];
}

/**
 * Joins the texts of all flags, in the order of the ruleset. What is the same for everybody is joined once and goes with
 * the next flag that is not.
 */
export class Bulk {
  /** The flags that have to be decided for each context. */
  readonly varying: CompiledRuleset;
  /** Counters of the flags that are the same for everybody. */
  readonly same: readonly Counter[];
  readonly #places: readonly Place[];
  readonly #rest: string;
  readonly #pieceOf: (evaluation: Evaluation) => Piece;

  constructor(compiled: CompiledRuleset, flags: readonly CompiledFlag[], pieceOf: (evaluation: Evaluation) => Piece) {
    const varying: CompiledFlag[] = [];
    const same: Counter[] = [];
    const places: Place[] = [];
    let text = '';
    for (const [index, flag] of flags.entries()) {
      if (index > 0) text += ',';
      const { step } = flag;
      if (typeof step === 'function') {
        varying.push(flag);
        places.push({ before: text, evaluations: [], pieces: [] });
        text = '';
      } else {
        const piece = pieceOf(step);
        text += piece.text;
        same.push(piece.delivered);
      }
    }
    this.varying = { ...compiled, lists: { all: varying, clientVisible: varying } };
    this.same = same;
    this.#places = places;
    this.#rest = flat(text);
    this.#pieceOf = pieceOf;
  }

  /** How many flags have to be decided. */
  get size(): number {
    return this.#places.length;
  }

  /** Writes the evaluations of {@link varying}, in its order. */
  write(evaluations: readonly Evaluation[]): Written {
    const places = this.#places;
    const texts: string[] = [];
    const delivered: Counter[] = [];
    for (let index = 0; index < places.length; index += 1) {
      const piece = this.#pieceAt(places[index] as Place, evaluations[index] as Evaluation);
      texts.push(piece.text);
      delivered.push(piece.delivered);
    }
    texts.push(this.#rest);
    return { text: texts.join(''), delivered };
  }

  /** A flag has few outcomes, found sooner by looking through them than by any map. */
  #pieceAt({ before, evaluations, pieces }: Place, evaluation: Evaluation): Piece {
    const known = evaluations.indexOf(evaluation);
    if (known >= 0) return pieces[known] as Piece;
    const { text, delivered } = this.#pieceOf(evaluation);
    const piece = { text: flat(before + text), delivered };
    // an error may be an object of its own every time
    if (evaluation.errorCode === undefined && evaluations.length < outcomesKept) {
      evaluations.push(evaluation);
      pieces.push(piece);
    }
    return piece;
  }
}

const outcomesKept = 16;

interface Place {
  /** What comes before the flag's own text. */
  readonly before: string;
  readonly evaluations: Evaluation[];
  readonly pieces: Piece[];
}
