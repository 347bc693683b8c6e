import { Recent } from './recent.ts';

/**
 * Finished bodies, the latest used longest. One is kept from the second time on that it is asked for: where every user has
 * a body of his own, keeping them all would only push each other out.
 */
export class KeptBodies<Body extends { readonly text: string }> {
  readonly #characters: number;
  readonly #kept = new Map<string, Body>();
  readonly #askedOnce = new Recent<true>(namesRemembered);
  #held = 0;

  constructor(characters: number) {
    this.#characters = characters;
  }

  get(name: string): Body | undefined {
    const body = this.#kept.get(name);
    if (body === undefined) return undefined;
    this.#kept.delete(name);
    this.#kept.set(name, body);
    return body;
  }

  /** Takes in a body that was just made. */
  offer(name: string, body: Body): void {
    if (this.#askedOnce.get(name) === undefined) {
      this.#askedOnce.set(name, true);
      return;
    }
    this.#kept.set(name, body);
    this.#held += body.text.length;
    for (const [oldest, { text }] of this.#kept) {
      if (this.#held <= this.#characters || oldest === name) break;
      this.#kept.delete(oldest);
      this.#held -= text.length;
    }
  }
}

const namesRemembered = 1000;
