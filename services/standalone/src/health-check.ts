import { StartError } from './errors.ts';
import { type Environment, setting } from './settings.ts';

/** Asks the server of this container whether it wants requests; for images, which have no other program to ask with. */
export async function checkHealth(env: Environment): Promise<void> {
  const url = `http://127.0.0.1:${setting(env, 'PORT') ?? '4400'}/readyz`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(1_500) }).catch((cause: unknown) => {
    throw new StartError(`${url} does not answer.`, { cause });
  });
  if (!answer.ok) throw new StartError(`${url} answers ${answer.status}.`);
}
