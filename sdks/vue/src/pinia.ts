import type { Evaluation } from '@burgee/client';
import { defineStore, type StoreDefinition } from 'pinia';
import type { Held } from './burgee.ts';

type Getters = { evaluation: (state: { held: Held }) => (key: string) => Evaluation | undefined };

/** The Pinia store behind `useFlag`: state, evaluations, and everything Pinia does with a store. */
export const useBurgeeStore: StoreDefinition<'burgee', { held: Held }, Getters> = defineStore('burgee', {
  state: (): { held: Held } => ({ held: { state: 'idle', evaluations: {} } }),
  getters: {
    evaluation: (state) => (key: string) => state.held.evaluations[key],
  },
});
