import ui from '@nuxt/ui/vite';
import vue from '@vitejs/plugin-vue';
import { defaultClientConditions, defineConfig } from 'vite';

const api = process.env.BURGEE_API ?? 'http://127.0.0.1:4400';

/** The kit fades a solid button on hover, which makes its words too pale; ours gets darker, or lighter in the dark. */
const hovers = (['primary', 'error', 'warning'] as const).map((color) => ({
  color,
  variant: 'solid' as const,
  class: `hover:bg-${color}-800 active:bg-${color}-800 dark:hover:bg-${color}-300 dark:active:bg-${color}-300`,
}));

/** An empty switch must be seen too: 3 : 1 against the page. */
const unchecked = 'data-[state=unchecked]:bg-[#8390a4] dark:data-[state=unchecked]:bg-[#5b6b86]';

export default defineConfig({
  base: './',
  resolve: { conditions: ['@burgee/source', ...defaultClientConditions] },
  plugins: [
    vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 'search' } } }), // Vue's list of HTML elements lacks it
    ui({
      autoImport: false,
      ui: {
        colors: { primary: 'teal', secondary: 'sky', success: 'emerald', neutral: 'slate' },
        button: { compoundVariants: hovers },
        switch: { slots: { base: unchecked } },
      },
      icon: { clientBundle: { scan: { globInclude: ['src/**/*.{vue,ts}'] }, sizeLimitKb: 512 } },
    }),
  ],
  build: { target: 'es2022', chunkSizeWarningLimit: 700 },
  server: {
    port: 4410,
    proxy: Object.fromEntries(['/graphql', '/auth', '/v1', '/reports'].map((path) => [path, { target: api }])),
  },
});
