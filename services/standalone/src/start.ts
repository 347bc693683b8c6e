/** `npm start`: database, api with the admin inside, and the example shop as one supervised process tree. */
import { chmodSync, mkdirSync } from 'node:fs';
import { report } from './errors.ts';
import { onStop } from './lifeline.ts';
import { readSettings } from './settings.ts';
import { supervise } from './supervisor.ts';

for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined); // a terminal that went away
try {
  const settings = readSettings(process.env, process.cwd());
  mkdirSync(settings.dataDir, { recursive: true });
  // root hands PostgreSQL to another user, who has to pass through this folder; its secret files are 0600 anyway
  chmodSync(settings.dataDir, process.getuid?.() === 0 ? 0o711 : 0o700);
  const stopRequest = new AbortController();
  onStop(() => stopRequest.abort());
  await supervise(settings, { env: process.env, stopRequest: stopRequest.signal, say: (text) => console.log(text) });
  process.exit(0);
} catch (error) {
  process.exit(report(error));
}
