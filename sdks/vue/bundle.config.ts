/** For size-limit: what an application ships of this package and its client, beside Vue. */
export default {
  stdin: { contents: "export { createBurgee, useFlag } from './src/index.ts'", resolveDir: import.meta.dirname },
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2020',
  conditions: ['@burgee/source'],
  external: ['vue'],
  outdir: 'node_modules/.cache/burgee-vue',
};
