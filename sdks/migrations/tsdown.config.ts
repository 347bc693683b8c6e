import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/index.ts', 'src/embedded.ts'],
  format: 'esm',
  platform: 'node',
  fixedExtension: false,
  dts: true,
});
