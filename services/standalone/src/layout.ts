import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the parts lie beside this package; the same in a clone and in an image. */
const root = path.resolve(import.meta.dirname, '../../..');

export const migrationsDirectory: string = path.join(root, 'hasura/migrations/default');
export const demoSeedFile: string = path.join(root, 'hasura/seeds/default/1_demo.sql');
export const shopProgram: string = path.join(root, 'examples/shop/api/dist/main.js');
export const serverProgram: string = path.join(import.meta.dirname, 'server.js');
export const launchProgram: string = path.join(import.meta.dirname, 'launch.js');

/** The built admin, which the api serves; undefined in an installation without it. */
export function findAdmin(): string | undefined {
  const folder = fileURLToPath(new URL('./dist', import.meta.resolve('@burgee/admin/package.json')));
  return existsSync(path.join(folder, 'index.html')) ? folder : undefined;
}
