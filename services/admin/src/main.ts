import '@fontsource-variable/inter';
import './main.css';
import ui from '@nuxt/ui/vue-plugin';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './app.vue';
import { router } from './router.ts';

createApp(App).use(createPinia()).use(router).use(ui).mount('#app');
