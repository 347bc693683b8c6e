import { generateKeyPairSync } from 'node:crypto';
import { newApiKey, startApi } from '@burgee/api';
import { freePort, type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';

/** How long a change may take to reach a client; it takes milliseconds. */
export const patiently = { timeout: 20_000 } as const;

/** An api with the flags below, and a key for each side. */
export interface Served {
  readonly url: string;
  readonly keys: Readonly<Record<'client' | 'server' | 'relay', string>>;
  readonly database: ThrowawayDatabase;
  readonly flagKeys: readonly string[];
  set(flag: string, setting: Setting): Promise<void>;
  stop(): Promise<void>;
}

interface Setting {
  readonly enabled?: boolean;
  readonly off_variant?: string | null;
  readonly default_serve?: unknown;
  readonly rules?: readonly object[];
}

const flags: readonly { key: string; type: string; variants: object; setting: Setting; metadata?: object }[] = [
  {
    key: 'checkout',
    type: 'boolean',
    variants: { on: true, off: false },
    metadata: { team: 'shop' },
    setting: { default_serve: 'on', off_variant: 'off' },
  },
  { key: 'banner', type: 'string', variants: { plain: 'Hello', loud: 'HELLO!' }, setting: { default_serve: 'plain' } },
  {
    key: 'greeting',
    type: 'string',
    variants: { many: 'Grüße, "日本" \u{1F600}\n', none: '' },
    setting: {
      default_serve: 'many',
      rules: [{ id: 'quiet', if: [{ attr: 'quiet', op: 'equals', values: [true] }], serve: 'none' }],
    },
  },
  { key: 'below', type: 'integer', variants: { zero: -40, freezing: 0 }, setting: { default_serve: 'zero' } },
  {
    key: 'large',
    type: 'integer',
    variants: { large: 9_007_199_254_740_991, small: 1 },
    setting: { default_serve: 'large' },
  },
  { key: 'share', type: 'float', variants: { quarter: 0.25, none: 0 }, setting: { default_serve: 'quarter' } },
  {
    key: 'adult',
    type: 'boolean',
    variants: { on: true, off: false },
    setting: {
      default_serve: 'off',
      rules: [{ id: 'age', if: [{ attr: 'age', op: 'number_gte', values: [18] }], serve: 'on' }],
    },
  },
  { key: 'limit', type: 'integer', variants: { low: 3, high: 30 }, setting: { default_serve: 'low' } },
  { key: 'price', type: 'float', variants: { whole: 2, half: 0.5 }, setting: { default_serve: 'whole' } },
  {
    key: 'layout',
    type: 'object',
    variants: { wide: { columns: 3, names: ['a', 'b'] }, narrow: { columns: 1 } },
    setting: { default_serve: 'wide' },
  },
  {
    key: 'nordic',
    type: 'boolean',
    variants: { on: true, off: false },
    setting: {
      default_serve: 'off',
      rules: [
        { id: 'nordics', if: [{ attr: 'country', op: 'in', values: ['NO', 'SE'] }], serve: 'on' },
        { id: 'new', if: [{ attr: 'version', op: 'semver_gte', values: ['2.0.0'] }], serve: 'on' },
      ],
    },
  },
  {
    key: 'half',
    type: 'string',
    variants: { a: 'A', b: 'B' },
    setting: {
      default_serve: {
        split: [
          ['a', 50_000],
          ['b', 50_000],
        ],
      },
    },
  },
  { key: 'off', type: 'boolean', variants: { on: true, off: false }, setting: { enabled: false, off_variant: 'off' } },
  { key: 'unset', type: 'string', variants: { a: 'A', b: 'B' }, setting: { enabled: false, off_variant: null } },
  { key: 'undecided', type: 'integer', variants: { one: 1, two: 2 }, setting: { default_serve: null } },
];

/** @param more  settings beside the usual ones */
export async function serve(more: Readonly<Record<string, string>> = {}): Promise<Served> {
  const database = await throwawayDatabase();
  const [project] = await database.sql<{ id: string }>(
    `insert into burgee.project (key, name) values ('clients', 'Clients') returning id`,
  );
  const [environment] = await database.sql<{ id: string }>(
    `insert into burgee.environment (project_id, key, name) values ($1, 'test', 'Test') returning id`,
    [project?.id],
  );
  const set = (flag: string, setting: Setting) => change(database, flag, setting);
  for (const { key, type, variants, setting, metadata = {} } of flags) {
    await database.sql(
      `insert into burgee.flag (project_id, key, value_type, variants, metadata, client_visible) values ($1, $2, $3, $4, $5, true)`,
      [project?.id, key, type, JSON.stringify(variants), JSON.stringify(metadata)],
    );
    await set(key, { enabled: true, ...setting });
  }
  const keys = {
    client: await keyIn(database, environment?.id, 'client'),
    server: await keyIn(database, environment?.id, 'server'),
    relay: await keyIn(database, environment?.id, 'relay'),
  };
  const api = await startApi({ ...(await environmentOf(database)), ...more });
  return {
    url: api.url,
    keys,
    database,
    flagKeys: flags.map(({ key }) => key),
    set,
    stop: async () => {
      await api.stop();
      await database.drop();
    },
  };
}

async function change(database: ThrowawayDatabase, flag: string, setting: Setting): Promise<void> {
  const texts = Object.entries(setting).map(([column, value]) => {
    const isJson = column === 'default_serve' || column === 'rules';
    return [column, isJson ? JSON.stringify(value) : value] as const;
  });
  const assignments = texts.map(([column], index) => `${column} = $${index + 2}`).join(', ');
  await database.sql(
    `update burgee.flag_setting set ${assignments} from burgee.flag where flag.id = flag_id and flag.key = $1`,
    [flag, ...texts.map(([, value]) => value)],
  );
}

async function keyIn(
  database: ThrowawayDatabase,
  environmentId: unknown,
  kind: 'client' | 'server' | 'relay',
): Promise<string> {
  const { text, hash, prefix } = newApiKey(kind, 'test');
  await database.sql(
    `insert into burgee.api_key (environment_id, kind, name, key_hash, key_prefix) values ($1, $2, $2, $3, $4)`,
    [environmentId, kind, hash, prefix],
  );
  return text;
}

async function environmentOf(database: ThrowawayDatabase): Promise<Record<string, string>> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    DATABASE_URL: database.apiUrl,
    PORT: String(await freePort()),
    BURGEE_SIGNING_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    BURGEE_DRAIN_MS: '0',
    BURGEE_LOG_LEVEL: 'silent',
    // bad keys are among what is tried out
    BURGEE_REFUSED_RATE_LIMIT: '0',
  };
}
