import vue from '@vitejs/plugin-vue';
import { defaultClientConditions, defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

const source = '@burgee/source';

/** Tests run on the packages' sources: a clean clone has no `dist`. */
export default defineConfig({
  resolve: { conditions: [source, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
  environments: { __vitest__: { resolve: { conditions: [source, ...defaultServerConditions] } } }, // global set-up
  test: {
    reporters: ['default', './tools/tally-reporter.ts'],
    projects: [
      {
        extends: true,
        // the copy that Node takes: two copies of graphql do not know each other's types
        resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
        test: {
          name: 'node',
          environment: 'node',
          include: ['{sdks,services,examples,test,tools}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', 'sdks/vue/**', 'services/admin/**'],
          globalSetup: ['./test/support/postgres.setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        plugins: [vue()],
        test: {
          name: 'dom',
          environment: 'happy-dom',
          include: ['sdks/vue/src/**/*.test.ts', 'services/admin/src/**/*.test.ts'],
        },
      },
    ],
  },
});
