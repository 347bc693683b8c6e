import { expect, vi } from 'vitest';
import { type ClientOptions, createClient } from '../client.ts';
import type { BurgeeClientError } from '../errors.ts';
import { FakeClock } from './fake-clock.ts';
import { startWireServer, type WireServer } from './wire-server.ts';

/** A started client, the service it talks to, and the time it lives in. */
export async function startClient(answer: WireServer['answer'], options: Partial<ClientOptions> = {}) {
  const wire = await startWireServer(answer);
  const clock = new FakeClock();
  const errors: BurgeeClientError[] = [];
  const client = createClient({
    url: wire.url,
    key: 'bgy_client_x',
    context: { targetingKey: 'ada' },
    storage: null,
    clock,
    random: () => 0.5,
    onError: (error) => errors.push(error),
    ...options,
  });
  const states: string[] = [];
  client.subscribe(() => states.at(-1) !== client.state && states.push(client.state));
  client.start();
  const live = () => vi.waitFor(() => expect(client.state).toBe('live'));
  const aMinuteOfHealth = async () => {
    for (let passedMs = 0; passedMs < 66_000; passedMs += 11_000) {
      clock.advance(11_000);
      wire.open[0]?.write(': still here\n\n');
      await vi.waitFor(() => expect(clock.hasTimerIn(45_000)).toBe(true));
    }
  };
  const dispose = async () => {
    await client.close();
    await wire[Symbol.asyncDispose]();
  };
  return { wire, clock, errors, client, states, live, aMinuteOfHealth, [Symbol.asyncDispose]: dispose };
}

/** A `localStorage` for one test. */
export function storageInMemory() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}
