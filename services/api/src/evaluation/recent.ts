/**
 * What was asked for lately, by name. Two generations bound the memory without ever looking for what to forget: when the
 * younger is full it becomes the older, and what nobody asked for since is gone.
 */
export class Recent<Value> {
  readonly #perGeneration: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  constructor(perGeneration: number) {
    this.#perGeneration = perGeneration;
  }

  get(name: string): Value | undefined {
    const value = this.#young.get(name);
    if (value !== undefined) return value;
    const older = this.#old.get(name);
    if (older !== undefined) this.set(name, older);
    return older;
  }

  set(name: string, value: Value): void {
    if (this.#young.size >= this.#perGeneration) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(name, value);
  }
}
