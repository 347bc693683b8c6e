import { type BurgeeClient, type ClientOptions, type ClientState, createClient, type Evaluation } from '@burgee/client';
import { type App, type InjectionKey, type ShallowRef, shallowRef } from 'vue';

/** The plugin: `app.use(createBurgee({ url, key }))`. */
export interface Burgee {
  readonly client: BurgeeClient;
  /** What the client holds; in an application with Pinia it is also `pinia.state.value.burgee.held`. */
  readonly held: ShallowRef<Held>;
  install(app: App): void;
}

/** Replaced whole, never changed. */
export interface Held {
  readonly state: ClientState;
  /** Flag key → evaluation. */
  readonly evaluations: Readonly<Record<string, Evaluation>>;
}

export const burgeeKey: InjectionKey<Burgee> = Symbol('burgee');

/**
 * Makes the plugin from options, or around a client that exists already.
 *
 * It connects once it is installed in a browser, and closes when the last application that has it is unmounted. Where there is no
 * `window` it asks nothing: a server renders with `initial`, or with the state that Pinia brings along.
 */
export function createBurgee(from: ClientOptions | { client: BurgeeClient }): Burgee {
  const client = 'client' in from ? from.client : createClient(from);
  const held = shallowRef() as ShallowRef<Held>;
  let seen: BurgeeClient['evaluations'];
  let apps = 0;
  let stop = () => {};

  /** Evaluations that another page rendered stay until the client has some of its own. */
  function take(): void {
    const { state, evaluations } = client;
    held.value = {
      state,
      evaluations: evaluations === seen ? held.value.evaluations : Object.fromEntries(evaluations),
    };
    seen = evaluations;
  }

  take();
  const burgee: Burgee = {
    client,
    held,
    install(app) {
      app.provide(burgeeKey, burgee);
      keepInPinia(app, held);
      if (apps++ === 0) stop = client.subscribe(take);
      if (typeof window !== 'undefined') client.start();
      app.onUnmount(() => {
        if (--apps > 0) return;
        stop();
        void client.close();
      });
    },
  };
  return burgee;
}

/** Puts the very same ref into Pinia's state, and takes over what a rendered page left there. */
function keepInPinia(app: App, held: ShallowRef<Held>): void {
  const { $pinia } = app.config.globalProperties as { $pinia?: { state: { value: Record<string, unknown> } } };
  if (!$pinia) return;
  const rendered = $pinia.state.value.burgee as { held?: Held } | undefined;
  if (rendered?.held) held.value = { state: held.value.state, evaluations: rendered.held.evaluations };
  $pinia.state.value.burgee = { held };
}
