// @vitest-environment node
import { createPinia } from 'pinia';
import { expect, test } from 'vitest';
import { createSSRApp, defineComponent, h } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { createBurgee } from './burgee.ts';
import { useFlag } from './use-flag.ts';

const Page = defineComponent(() => {
  const isNew = useFlag('new-checkout', false);
  return () => h('p', isNew.value ? 'new' : 'old');
});

test('renders on a server with initial values, without asking the network', async () => {
  let asked = 0;
  const fetch = () => {
    asked++;
    return Promise.reject(new Error('no network on the server'));
  };
  const burgee = createBurgee({ url: 'https://flags.example.com', key: 'k', initial: { 'new-checkout': true }, fetch });
  expect(await renderToString(createSSRApp(Page).use(burgee))).toBe('<p>new</p>');
  expect(asked).toBe(0);
  expect(burgee.client.state).toBe('idle');
});

test('leaves in Pinia what the page was rendered with', async () => {
  const pinia = createPinia();
  const burgee = createBurgee({ url: 'https://flags.example.com', key: 'k', initial: { 'new-checkout': true } });
  await renderToString(createSSRApp(Page).use(pinia).use(burgee));
  const brought = JSON.parse(JSON.stringify(pinia.state.value));
  expect(brought.burgee.held.evaluations['new-checkout'].value).toBe(true);
});
