import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const api = process.env.SHOP_API ?? 'http://127.0.0.1:4401';

export default defineConfig({
  plugins: [vue()],
  server: { proxy: { '/graphql': api, '/config.json': api } },
});
