/** Runs another program of the workspace as a child of the supervisor: it ends when the supervisor is gone. */
import { pathToFileURL } from 'node:url';

const program = process.argv[2] ?? '';
const patienceMs = 3_000;

process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), patienceMs);
});
process.argv.splice(1, 2, program);
await import(pathToFileURL(program).href);
