import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/index.ts', 'src/server.ts', 'src/relay.ts'],
  format: 'esm',
  platform: 'neutral',
  deps: { neverBundle: [/^node:/] },
  fixedExtension: false,
  dts: true,
  // Each module by itself, so that an application's bundler leaves out what it does not use and puts constants in place.
  unbundle: true,
});
