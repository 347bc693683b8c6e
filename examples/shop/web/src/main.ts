import './shop.css';
import { createBurgee } from '@burgee/vue';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import { readConfig } from './config.ts';
import ShopPage from './shop-page.vue';
import { readShopper } from './shopper/shopper.ts';

const { burgeeUrl, clientKey } = await readConfig();
const burgee = createBurgee({ url: burgeeUrl, key: clientKey, context: readShopper(), application: 'shop-web' });

const app = createApp(ShopPage);
app.use(createPinia());
app.use(burgee);
// The first picture is the right one, unless Burgee takes longer than half a second.
await burgee.client.ready(500);
app.mount('#app');
