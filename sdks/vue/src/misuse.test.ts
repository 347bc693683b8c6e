import { mount } from '@vue/test-utils';
import { expect, test, vi } from 'vitest';
import { defineComponent, h, nextTick } from 'vue';
import { createTestBurgee } from './testing.ts';
import { useBurgee, useFlag } from './use-flag.ts';

const Banner = defineComponent(() => {
  const text = useFlag('banner', 'code');
  return () => h('p', text.value);
});

test('serves the default of the code outside of setup, and says what is missing', () => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  expect(useFlag('banner', 'code').value).toBe('code');
  expect(String(warned.mock.calls[0]?.[0])).toContain('BURGEE_VUE_001');
  expect(() => useBurgee()).toThrow(/BURGEE_VUE_001/);
  warned.mockRestore();
});

test.each([
  ['an unknown key', {}],
  ['a number for a text', { banner: 1 }],
  ['a list for a text', { banner: ['x'] }],
  ['null for a text', { banner: null }],
])('serves the default of the code for %s', (_name, values) => {
  expect(mount(Banner, { global: { plugins: [createTestBurgee(values)] } }).text()).toBe('code');
});

test('takes the later of two plugins, says so, and follows it', async () => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const [first, second] = [createTestBurgee({ banner: 'first' }), createTestBurgee({ banner: 'second' })];
  const page = mount(Banner, { global: { plugins: [first, second] } });
  expect(String(warned.mock.calls[0]?.[0])).toContain('already provides');
  warned.mockRestore();
  expect(page.text()).toBe('second');
  second.set('banner', 'third');
  await nextTick();
  expect(page.text()).toBe('third');
});

test('keeps the last value after its application is gone', async () => {
  const burgee = createTestBurgee({ banner: 'held' });
  let text: { readonly value: string } | undefined;
  const Page = defineComponent(() => {
    text = useFlag('banner', 'code');
    return () => h('p', text?.value);
  });
  const page = mount(Page, { global: { plugins: [burgee] } });
  page.unmount();
  burgee.set('banner', 'too late');
  await nextTick();
  expect(text?.value).toBe('held');
  expect(burgee.client.state).toBe('closed');
});
