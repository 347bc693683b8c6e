export { eventually } from './eventually.ts';
export { freePort } from './free-port.ts';
export { seed } from './seed.ts';
export { type ThrowawayDatabase, throwawayDatabase } from './throwaway-database.ts';
