/**
 * Burgee as the target of another harness: `node bench/servers/target.ts FOLDER` keeps a Postgres running and writes
 * `FOLDER/environment.sh`, whose variables say how Burgee is started, filled and changed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { NeutralFlag } from '../evaluator/flags.ts';
import { type Installation, install } from './installation.ts';

const folder = process.argv[2] ?? path.join(tmpdir(), 'burgee-bench-target');
const port = Number(process.env.PORT ?? 4417);
const controlPort = port + 1;
const burgee = await install(path.join(folder, 'data'), { port, program: process.env.BURGEE_PROGRAM });
await burgee.seed([]);
const control = createServer((request, response) => {
  obey(decodeURIComponent(request.url ?? '').split(' ')).then(
    () => response.end('done'),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});
await new Promise<void>((resolve) => control.listen(controlPort, '127.0.0.1', resolve));
const file = path.join(folder, 'environment.sh');
writeFileSync(file, variables(burgee));
process.stdout.write(`. ${file}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void burgee.stop().then(() => process.exit(0)));
}

/** `/seed FILE` or `/toggle KEY on|off`. */
async function obey([command, first = '', second]: readonly string[]): Promise<void> {
  if (command === '/seed') await burgee.seed(JSON.parse(readFileSync(first, 'utf8')) as NeutralFlag[]);
  else await burgee.toggle(first, second === 'on');
}

/** Bash alone, so that the time of a change is not that of starting another program. */
function asking(command: string): string {
  const request = `GET /${command}%%20%s HTTP/1.0\\r\\n\\r\\n`;
  const send = `exec 3<>/dev/tcp/127.0.0.1/${controlPort}; words="$*"; printf "${request}" "\${words// /%20}" >&3`;
  return `ask() { ${send}; read -r _ status _ <&3; test "$status" = 200; }; ask`;
}

function variables({ env, program, nodeOptions, ...target }: Installation): string {
  const all: Record<string, string> = {
    ...env,
    BURGEE_URL: target.url,
    BURGEE_KEY: target.serverKey,
    BURGEE_CMD: `${process.execPath} ${nodeOptions.join(' ')} ${program} api`,
    BURGEE_SEED_CMD: asking('seed'),
    BURGEE_TOGGLE_CMD: asking('toggle'),
    BURGEE_DB_PID: String(target.postgresPid),
    BURGEE_STREAM: target.eventsPath(),
    BURGEE_RULESET: '/v1/ruleset',
  };
  return Object.entries(all)
    .map(([name, value]) => `export ${name}='${value}'\n`)
    .join('');
}
