import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashAccessToken, newAccessToken, newApiKey, startApi } from '@burgee/api';
import { freePort, seed, type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';

/** Texts that no answer may ever show. */
export const canaries = {
  rule: 'canary-rule-5d1c',
  flag: 'canary-flag-77aa',
  other: 'canary-elsewhere-19be',
} as const;

/** A running api with something to guard. */
export interface Given {
  readonly url: string;
  readonly port: number;
  readonly database: ThrowawayDatabase;
  readonly keys: Readonly<
    Record<'client' | 'server' | 'relay' | 'revoked' | 'expired' | 'shop' | 'typo' | 'unknown', string>
  >;
  /** Opaque access tokens of an administrator and of a viewer of the demo project. */
  readonly tokens: { readonly admin: string; readonly viewer: string };
  /** A session token as the api signs it, its cookie, and the private key that signs. */
  readonly session: { readonly token: string; readonly cookie: string; readonly signingKey: string };
  /** A session token whose session is over. */
  readonly ended: { readonly token: string };
  /** A good cursor into the flags of the demo project. */
  readonly cursor: string;
  /** Whatever the api has written to its log. */
  log(): string;
  /** The same Burgee after its key was exchanged, with a token signed by the new one. */
  another(signingKey: string): Promise<Another>;
  stop(): Promise<void>;
}

interface Another {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  stop(): Promise<void>;
}

export async function given(): Promise<Given> {
  const database = await throwawayDatabase();
  await seed(database);
  const environmentId = await project(database);
  const keys = await keysOf(database, environmentId);
  const tokens = {
    admin: await token(database, 'ada@shop.example'),
    viewer: await token(database, 'vik@shop.example'),
  };
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signingKey = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const log = captureLog();
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const api = await startApi(settings({ database, signingKey, port, publicUrl }));
  return {
    url: api.url,
    port,
    database,
    keys,
    tokens,
    session: { ...(await signIn(api.url, tokens.viewer)), signingKey },
    ended: await signOut(api.url, await signIn(api.url, tokens.viewer)),
    cursor: await cursorOf(api.url, tokens.viewer),
    log: log.text,
    another: async (key) => {
      const otherPort = await freePort();
      const other = await startApi(settings({ database, signingKey: key, port: otherPort, publicUrl }));
      return {
        url: other.url,
        port: otherPort,
        stop: other.stop,
        token: (await signIn(other.url, tokens.viewer)).token,
      };
    },
    stop: async () => {
      await api.stop();
      log.end();
      await database.drop();
    },
  };
}

interface Place {
  readonly database: ThrowawayDatabase;
  readonly signingKey: string;
  readonly port: number;
  readonly publicUrl: string;
}

/** No limits of pace: a thousand wrong keys from one address are the point here. */
function settings({ database, signingKey, port, publicUrl }: Place): Record<string, string> {
  return {
    DATABASE_URL: database.apiUrl,
    PORT: String(port),
    BURGEE_PUBLIC_URL: publicUrl,
    BURGEE_SIGNING_KEY: signingKey,
    BURGEE_ROLE: 'api',
    BURGEE_DRAIN_MS: '0',
    BURGEE_LOG_LEVEL: 'info',
    BURGEE_REQUEST_TIMEOUT_MS: '2500',
    BURGEE_REFUSED_RATE_LIMIT: '0',
    BURGEE_MAX_LAG_MS: '0',
  };
}

const flags: readonly { key: string; visible: boolean; serve: unknown; rules?: readonly object[] }[] = [
  { key: 'checkout', visible: true, serve: 'on' },
  {
    key: 'half',
    visible: true,
    serve: {
      split: [
        ['on', 50_000],
        ['off', 50_000],
      ],
    },
  },
  {
    key: 'nordic',
    visible: true,
    serve: 'off',
    rules: [{ id: canaries.rule, if: [{ attr: 'country', op: 'in', values: ['NO', canaries.rule] }], serve: 'on' }],
  },
  { key: canaries.flag, visible: false, serve: 'on' },
];

async function project(database: ThrowawayDatabase): Promise<string> {
  const [row] = await database.sql<{ id: string }>(
    `insert into burgee.project (key, name) values ('input', 'Input') returning id`,
  );
  const [environment] = await database.sql<{ id: string }>(
    `insert into burgee.environment (project_id, key, name) values ($1, 'test', 'Test') returning id`,
    [row?.id],
  );
  for (const { key, visible, serve, rules } of flags) {
    await database.sql(
      `insert into burgee.flag (project_id, key, value_type, variants, client_visible)
       values ($1, $2, 'boolean', '{"on": true, "off": false}', $3)`,
      [row?.id, key, visible],
    );
    await database.sql(
      `update burgee.flag_setting set enabled = true, off_variant = 'off', default_serve = $2, rules = $3
       from burgee.flag where flag.id = flag_id and flag.key = $1`,
      [key, JSON.stringify(serve), rules === undefined ? null : JSON.stringify(rules)],
    );
  }
  return environment?.id ?? '';
}

async function keysOf(database: ThrowawayDatabase, environmentId: string): Promise<Given['keys']> {
  const [shop] = await database.sql<{ id: string }>(`select id from burgee.environment where key = 'production'`);
  const insert = async (kind: 'client' | 'server' | 'relay', ends = {}, id = environmentId) => {
    const { text, hash, prefix } = newApiKey(kind, 'test');
    const columns = { revoked_at: null, expires_at: null, ...ends };
    await database.sql(
      `insert into burgee.api_key (environment_id, kind, name, key_hash, key_prefix, revoked_at, expires_at)
       values ($1, $2, $2, $3, $4, $5, $6)`,
      [id, kind, hash, prefix, columns.revoked_at, columns.expires_at],
    );
    return text;
  };
  const server = await insert('server');
  const last = server.at(-1) === 'x' ? 'y' : 'x';
  return {
    client: await insert('client'),
    server,
    relay: await insert('relay'),
    revoked: await insert('server', { revoked_at: new Date() }),
    expired: await insert('server', { expires_at: new Date(Date.now() + 50) }), // over before the api has started
    shop: await insert('server', {}, shop?.id),
    typo: server.slice(0, -1) + last,
    unknown: newApiKey('server', 'test').text,
  };
}

async function token(database: ThrowawayDatabase, email: string): Promise<string> {
  const text = newAccessToken();
  await database.sql(
    `insert into burgee.access_token (member_id, kind, name, token_hash)
     select id, 'cli', $3, $2 from burgee.member where email = $1`,
    [email, hashAccessToken(text), randomUUID()],
  );
  return text;
}

async function signIn(url: string, accessToken: string): Promise<{ token: string; cookie: string }> {
  const response = await post(`${url}/auth/sign-in-with-token`, { accessToken });
  const { token: text } = (await response.json()) as { token: string };
  return { token: text, cookie: response.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
}

async function signOut(url: string, session: { token: string; cookie: string }): Promise<{ token: string }> {
  await post(`${url}/auth/sign-out`, {}, session.token);
  return session;
}

async function cursorOf(url: string, accessToken: string): Promise<string> {
  const response = await post(
    `${url}/graphql`,
    { query: '{ flags(project: "shop", first: 1) { endCursor } }' },
    accessToken,
  );
  return ((await response.json()) as { data: { flags: { endCursor: string } } }).data.flags.endCursor;
}

function post(url: string, body: unknown, bearer?: string): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }) },
    body: JSON.stringify(body),
  });
}

/** The log goes to standard output by its number; while the api starts, that number is a file's. */
function captureLog(): { text: () => string; end: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'burgee-input-'));
  const path = join(folder, 'log');
  const file = openSync(path, 'a');
  const { fd } = process.stdout;
  Object.defineProperty(process.stdout, 'fd', { value: file, configurable: true });
  return {
    text: () => readFileSync(path, 'utf8'),
    end: () => {
      Object.defineProperty(process.stdout, 'fd', { value: fd, configurable: true });
      // the file stays open: its number would be given to a socket, into which the last lines of the log would go
      rmSync(folder, { recursive: true });
    },
  };
}
