export { type RunningShop, startShop } from './start-shop.ts';
