import { createClient, decisionsOf, staticSource } from '@burgee/client';
import { type Burgee, createBurgee } from './burgee.ts';

/** The real plugin and client over flags that a test sets. */
export interface TestBurgee extends Burgee {
  /** Changes one flag, as a push from the service would. */
  set(key: string, value: unknown): void;
}

/** `mount(App, { global: { plugins: [createTestBurgee({ 'new-checkout': true })] } })`; asks no network. */
export function createTestBurgee(values: Readonly<Record<string, unknown>> = {}): TestBurgee {
  let current = values;
  const source = staticSource('decisions', decisionsOf(current));
  const fetch = () => Promise.reject(new Error('a test asks no network'));
  const client = createClient({ url: 'test:', key: 'test', source, storage: null, initial: values, fetch });
  const burgee = createBurgee({ client });
  return {
    ...burgee,
    set(key, value) {
      current = { ...current, [key]: value };
      source.put(decisionsOf(current));
    },
  };
}
