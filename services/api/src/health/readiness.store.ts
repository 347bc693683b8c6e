import { setTimeout as wait } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config.ts';

/** Whether this replica wants requests. */
@Injectable()
export class Readiness {
  readonly #config: Config;
  #isDraining = false;

  constructor(@Inject(CONFIG) config: Config) {
    this.#config = config;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Says "not ready" and waits until balancers had the time to notice. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    await wait(this.#config.drainMs);
  }
}
