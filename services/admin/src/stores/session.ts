import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { type AdminError, toAdminError } from '../errors.ts';
import { onSignedOut, post } from '../graphql.ts';
import { type Me, type Project, readWorkspace } from '../queries/workspace.ts';

/** Who is signed in, and the projects this person may see. Outlives every page. */
export const useSession = defineStore('session', () => {
  const state = ref<'unknown' | 'signed-in' | 'signed-out' | 'failed'>('unknown');
  const me = shallowRef<Me>();
  const projects = shallowRef<Project[]>([]);
  const error = shallowRef<AdminError>();

  async function load(): Promise<void> {
    try {
      const workspace = await readWorkspace();
      me.value = workspace.me;
      projects.value = workspace.projects;
      state.value = 'signed-in';
    } catch (cause) {
      error.value = toAdminError(cause);
      state.value = error.value.code === 'UNAUTHORIZED' ? 'signed-out' : 'failed';
    }
  }

  async function signIn(
    door: '/auth/sign-in' | '/auth/sign-in-with-token' | '/auth/setup',
    body: object,
  ): Promise<void> {
    await post(door, body);
    await load();
  }

  async function signOut(): Promise<void> {
    await post('/auth/sign-out');
    leave();
  }

  function leave(): void {
    me.value = undefined;
    projects.value = [];
    state.value = 'signed-out';
  }

  onSignedOut(leave);
  const name = computed(() => me.value?.name || me.value?.email || '');
  return { state, me, name, projects, error, load, signIn, signOut };
});
