import { generateKeyPairSync } from 'node:crypto';
import { get, type IncomingMessage, request } from 'node:http';
import { newApiKey, type RunningApi, startApi } from '@burgee/api';
import { freePort, type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';

/** One environment with a flag that counts, and any number of replicas before it. */
export interface Streams extends AsyncDisposable {
  readonly database: ThrowawayDatabase;
  readonly keys: Readonly<Record<'client' | 'server', string>>;
  startReplica(more?: Record<string, string>): Promise<RunningApi>;
  /** Commits the next number as the value that everybody is served. */
  count(): Promise<number>;
}

export async function startStreams(): Promise<Streams> {
  const database = await throwawayDatabase();
  const [project] = await database.sql<{ id: string }>(
    `insert into burgee.project (key, name) values ('test', 'Test') returning id`,
  );
  await database.sql(`insert into burgee.environment (project_id, key, name) values ($1, 'test', 'Test')`, [
    project?.id,
  ]);
  await database.sql(
    `insert into burgee.flag (project_id, key, value_type, variants, client_visible)
     values ($1, 'count', 'integer', '{"now": 0, "never": -1}', true), ($1, 'other', 'boolean', '{"on": true, "off": false}', true)`,
    [project?.id],
  );
  await database.sql(
    `update burgee.flag_setting set enabled = true, default_serve = '"now"', off_variant = 'never'
     from burgee.flag where flag.id = flag_id and key = 'count'`,
  );
  const keys = { client: await insertKey(database, 'client'), server: await insertKey(database, 'server') };
  const replicas: RunningApi[] = [];
  let counted = 0;
  return {
    database,
    keys,
    async startReplica(more = {}) {
      const replica = await startApi({
        DATABASE_URL: database.apiUrl,
        PORT: String(await freePort()),
        BURGEE_SIGNING_KEY: signingKey,
        BURGEE_ROLE: 'api',
        BURGEE_DRAIN_MS: '0',
        BURGEE_LOG_LEVEL: 'silent',
        ...more,
      });
      replicas.push(replica);
      return replica;
    },
    async count() {
      counted += 1;
      const variants = JSON.stringify({ now: counted, never: -1 });
      await database.sql(`update burgee.flag set variants = $1 where key = 'count'`, [variants]);
      return counted;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(replicas.map((replica) => replica.stop()));
      await database.drop();
    },
  };
}

/** What a reader of either stream was told, in its order. */
export interface Told {
  /** The counting flag's values. */
  readonly counts: number[];
  readonly versions: string[];
  /** Events that did not follow from the one before: patches for another version, older versions, the same again. */
  readonly faults: string[];
  /** How often everything came, not only what changed. */
  wholes: number;
  lastEventId: string;
}

export interface StreamReader {
  readonly told: Told;
  readonly status: number;
  hasEnded: boolean;
  /** The stream's last wish for how long to stay away. */
  retryMs: number;
  close(): void;
}

export interface Following {
  readonly kind: 'decisions' | 'ruleset';
  readonly key: string;
  readonly context?: object;
  /** What an earlier stream told, to go on from there. */
  readonly told?: Told;
}

export function toldNothing(): Told {
  return { counts: [], versions: [], faults: [], wholes: 0, lastEventId: '' };
}

/** Opens a stream with as little as holds one; thousands of these are nothing to Node. */
export function openStream(
  url: string,
  { kind, key, context = {}, told = toldNothing() }: Following,
): Promise<StreamReader> {
  const headers: Record<string, string> = { accept: 'text/event-stream', authorization: `Bearer ${key}` };
  if (told.lastEventId !== '') headers['last-event-id'] = told.lastEventId;
  return new Promise((resolve, reject) => {
    const take = (response: IncomingMessage) => resolve(readerOf(response, told));
    if (kind === 'ruleset') get(`${url}/v1/ruleset`, { agent: false, headers }, take).on('error', reject);
    else {
      const asked = { agent: false, method: 'POST', headers: { ...headers, 'content-type': 'application/json' } };
      request(`${url}/v1/decisions`, asked, take).on('error', reject).end(JSON.stringify({ context }));
    }
  });
}

function readerOf(response: IncomingMessage, told: Told): StreamReader {
  const reader = {
    told,
    status: response.statusCode ?? 0,
    hasEnded: false,
    retryMs: 0,
    close: () => response.destroy(),
  };
  let rest = '';
  response.setEncoding('utf8').on('data', (text: string) => {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      if (block.startsWith('retry: ')) reader.retryMs = Number(block.slice(7));
      const [, id, event, data] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/.exec(block) ?? [];
      if (id !== undefined && event !== undefined) tell(told, { id, event, data: JSON.parse(data ?? '') as Data });
    }
  });
  response
    .on('error', () => undefined)
    .on('close', () => {
      reader.hasEnded = true;
    });
  return reader;
}

interface Data {
  readonly version: string;
  readonly from?: string;
  readonly flags?: Readonly<Record<string, { value?: number; variants?: { now: number } }>>;
}

/** Takes an event as a client would, and notes what it could not. */
function tell(told: Told, { id, event, data }: { id: string; event: string; data: Data }): void {
  const last = told.versions.at(-1);
  const order = (version: string) => Number(version.split('.')[0]);
  if (event === 'patch' && data.from !== last) told.faults.push(`a patch from ${data.from} while at ${last}`);
  if (last !== undefined && order(data.version) < order(last)) told.faults.push(`${data.version} after ${last}`);
  if ((event === 'patch' || event === 'changed') && data.version === last)
    told.faults.push(`${event} to ${last} again`);
  if (event === 'ruleset' || event === 'decisions') told.wholes += 1;
  if (data.version !== last) told.versions.push(data.version);
  told.lastEventId = id;
  const { count } = data.flags ?? {};
  const now = count?.value ?? count?.variants?.now;
  if (now === undefined) return;
  if (now !== told.counts.at(-1)) told.counts.push(now);
  else if (event === 'changed') told.faults.push(`${now} told again as a change`);
}

async function insertKey(database: ThrowawayDatabase, kind: 'client' | 'server'): Promise<string> {
  const { text, hash, prefix } = newApiKey(kind, 'test');
  await database.sql(
    `insert into burgee.api_key (environment_id, kind, name, key_hash, key_prefix)
     select id, $1, $2, $3, $4 from burgee.environment`,
    [kind, `${kind} of the test`, hash, prefix],
  );
  return text;
}

const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
}) as string;
