import { defineConfig } from 'tsdown';

const semantics = ['unleash', 'unleash-node', 'growthbook-1', 'growthbook-2', 'flagd-1', 'flagd-2', 'flagd-3'];

export default defineConfig({
  entry: ['index', 'full', 'regex', ...semantics].map((name) => `src/${name}.ts`),
  format: 'esm',
  platform: 'neutral',
  fixedExtension: false,
  dts: true,
});
