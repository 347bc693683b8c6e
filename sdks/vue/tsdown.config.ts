import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/index.ts', 'src/pinia.ts', 'src/testing.ts'],
  format: 'esm',
  platform: 'neutral',
  fixedExtension: false,
  dts: true,
});
