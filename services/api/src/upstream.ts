import { hash } from 'node:crypto';
import type { Config } from './config.ts';
import { BurgeeError } from './errors.ts';

/** An environment of another Burgee, as a relay knows it. */
export interface UpstreamEnvironment {
  /** Made from the key: the same after every start, so that what is on disk is found again. */
  readonly id: string;
  /** A relay key. */
  readonly key: string;
}

const answerWithinMs = 10_000;

/** The way to the Burgee that a relay follows. */
export class Upstream {
  readonly url: string;
  readonly environments: readonly UpstreamEnvironment[];

  constructor({ upstreamUrl, relayKeys }: Pick<Config, 'upstreamUrl' | 'relayKeys'>) {
    this.url = upstreamUrl;
    this.environments = relayKeys.map((key) => ({ id: uuidFor(`burgee relay ${key}`), key }));
  }

  /**
   * Sends a JSON body in the name of an environment; false: it was understood and refused.
   *
   * @throws UNAVAILABLE when it may be taken later
   */
  async post(environmentId: string, path: string, body: unknown): Promise<boolean> {
    const environment = this.environments.find(({ id }) => id === environmentId);
    const response = await fetch(this.url + path, {
      method: 'POST',
      // each request has a connection of its own: those to a server that just died are not used again
      headers: { authorization: `Bearer ${environment?.key}`, 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(answerWithinMs),
    }).catch((cause: unknown) => {
      throw away('does not answer', cause);
    });
    await response.body?.cancel();
    const { ok, status } = response;
    if (ok) return true;
    // a key that is refused now may be mended; a body that is refused never
    if (status >= 500 || [401, 403, 408, 429].includes(status)) throw away(`answers ${status}`);
    return false;
  }
}

/** The upstream is there and does not know the key: waiting does not mend it. */
export class RelayKeyRefused extends BurgeeError {
  constructor(url: string) {
    const fix = 'Make a relay key there, and give it as BURGEE_RELAY_KEY.';
    super('UNAVAILABLE', `The upstream Burgee at ${url} refuses the relay's key.`, { fix, retryAfterSeconds: 60 });
  }
}

/** The upstream cannot be asked at the moment. */
export function away(what: string, cause?: unknown): BurgeeError {
  return new BurgeeError('UNAVAILABLE', `The upstream Burgee ${what}.`, { cause, retryAfterSeconds: 2 });
}

/** The same id for the same text, in the form of a UUID, which the names of files and rows have. */
export function uuidFor(text: string): string {
  const hex = hash('sha256', text, 'hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
