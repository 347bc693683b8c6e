import { createClient, decisionsOf, type Evaluation, staticSource } from '@burgee/client';
import { flushPromises, mount } from '@vue/test-utils';
import { createPinia, defineStore, setActivePinia } from 'pinia';
import { expect, test, vi } from 'vitest';
import { computed, createApp, defineComponent, h, nextTick, ref } from 'vue';
import { createBurgee } from './burgee.ts';
import { BurgeeFlag } from './burgee-flag.ts';
import { useBurgeeStore } from './pinia.ts';
import { createTestBurgee } from './testing.ts';
import { useBurgee, useFlag, useFlagEvaluation } from './use-flag.ts';

const Banner = defineComponent(() => {
  const text = useFlag('banner', 'nothing');
  return () => h('p', text.value);
});

test('shows the value of a flag and follows it', async () => {
  const burgee = createTestBurgee({ banner: 'Free shipping' });
  const page = mount(Banner, { global: { plugins: [burgee] } });
  expect(page.text()).toBe('Free shipping');
  burgee.set('banner', 'Sale');
  await nextTick();
  expect(page.text()).toBe('Sale');
});

test('serves the default for an unknown flag and for a value of another type', () => {
  const plugins = [createTestBurgee({ banner: 3 })];
  expect(mount(Banner, { global: { plugins } }).text()).toBe('nothing');
  expect(mount(Banner, { global: { plugins: [createTestBurgee()] } }).text()).toBe('nothing');
});

test('follows a key that changes', async () => {
  const key = ref('one');
  const Page = defineComponent(() => {
    const value = useFlag(() => key.value, 0);
    return () => h('p', value.value);
  });
  const page = mount(Page, { global: { plugins: [createTestBurgee({ one: 1, two: 2 })] } });
  expect(page.text()).toBe('1');
  key.value = 'two';
  await nextTick();
  expect(page.text()).toBe('2');
});

test('draws nothing again when another flag changes', async () => {
  let drawn = 0;
  const Page = defineComponent(() => {
    const layout = useFlag('layout', { columns: 1 });
    return () => h('p', [layout.value.columns, ++drawn]);
  });
  const burgee = createTestBurgee({ layout: { columns: 2 }, other: false });
  mount(Page, { global: { plugins: [burgee] } });
  const before = drawn;
  burgee.set('other', true);
  await nextTick();
  expect(drawn).toBe(before);
});

test('works inside a Pinia store, outside of any component', () => {
  const app = createApp(Banner);
  const pinia = createPinia();
  const burgee = createTestBurgee({ 'new-checkout': true });
  app.use(pinia).use(burgee);
  setActivePinia(pinia);
  const useCart = defineStore('cart', () => {
    const isNew = useFlag('new-checkout', false);
    return { checkout: computed(() => (isNew.value ? 'new' : 'old')) };
  });
  const cart = useCart(pinia);
  expect(cart.checkout).toBe('new');
  burgee.set('new-checkout', false);
  expect(cart.checkout).toBe('old');
});

test('keeps what it holds in the Pinia store of the application', () => {
  const app = createApp(Banner);
  const pinia = createPinia();
  const burgee = createTestBurgee({ banner: 'Hi' });
  app.use(pinia).use(burgee);
  const store = useBurgeeStore(pinia);
  expect(store.held.state).toBe('live');
  expect(store.evaluation('banner')?.value).toBe('Hi');
  burgee.set('banner', 'Ho');
  expect(store.evaluation('banner')?.value).toBe('Ho');
  expect(store.$state.held).toBe(burgee.held.value);
});

test('takes over what a rendered page left in Pinia until the service answers', () => {
  const pinia = createPinia();
  const evaluation: Evaluation = { flagKey: 'banner', value: 'Rendered', reason: 'STATIC' };
  pinia.state.value.burgee = { held: { state: 'live', evaluations: { banner: evaluation } } };
  const silent = { kind: 'static', open: () => () => {} } as const;
  const burgee = createBurgee({ url: 'test:', key: 'test', storage: null, source: silent });
  const page = mount(Banner, { global: { plugins: [pinia, burgee] } });
  expect(page.text()).toBe('Rendered');
});

test('chooses a slot by the flag', async () => {
  const burgee = createTestBurgee({ gift: true });
  const Page = {
    components: { BurgeeFlag },
    template: '<BurgeeFlag flag="gift"><template #on>yes</template><template #off>no</template></BurgeeFlag>',
  };
  const page = mount(Page, { global: { plugins: [burgee] } });
  expect(page.text()).toBe('yes');
  burgee.set('gift', false);
  await nextTick();
  expect(page.text()).toBe('no');
});

test('tells variant and reason', () => {
  const Page = defineComponent(() => {
    const evaluation = useFlagEvaluation('banner');
    return () => h('p', evaluation.value?.reason);
  });
  expect(mount(Page, { global: { plugins: [createTestBurgee({ banner: 'x' })] } }).text()).toBe('STATIC');
});

test('serves the default and warns where the plugin was not installed', () => {
  const warnHandler = vi.fn();
  const page = mount(Banner, { global: { config: { warnHandler } } });
  expect(page.text()).toBe('nothing');
  expect(warnHandler.mock.calls[0]?.[0]).toContain('BURGEE_VUE_001');
  expect(() =>
    mount(
      defineComponent(() => () => h('p', useBurgee().client.state)),
      { global: { config: { warnHandler } } },
    ),
  ).toThrow();
});

test('goes on for one application of a page when another is unmounted', async () => {
  const burgee = createTestBurgee({ banner: 'x' });
  const [one, two] = [1, 2].map(() => mount(Banner, { global: { plugins: [burgee] } }));
  one?.unmount();
  burgee.set('banner', 'y');
  await nextTick();
  expect(two?.text()).toBe('y');
  two?.unmount();
  expect(burgee.client.state).toBe('closed');
});

test('closes its client when the application is unmounted', async () => {
  const source = staticSource('decisions', decisionsOf({ banner: 'x' }));
  const client = createClient({ url: 'test:', key: 'test', source, storage: null });
  const page = mount(Banner, { global: { plugins: [createBurgee({ client })] } });
  expect(client.state).toBe('live');
  page.unmount();
  await flushPromises();
  expect(client.state).toBe('closed');
});
