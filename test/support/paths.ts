import { fileURLToPath } from 'node:url';

export const root: string = fileURLToPath(new URL('../..', import.meta.url));
export const migrationsDirectory: string = fileURLToPath(new URL('../../hasura/migrations/default', import.meta.url));
export const demoSeedFile: string = fileURLToPath(new URL('../../hasura/seeds/default/1_demo.sql', import.meta.url));
export const metadataDirectory: string = fileURLToPath(new URL('../../hasura/metadata', import.meta.url));
export const snapshotFile: string = fileURLToPath(new URL('../../hasura/schema.snapshot', import.meta.url));
