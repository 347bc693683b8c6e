import { createHash, generateKeyPairSync } from 'node:crypto';
import { hashAccessToken, newAccessToken, newApiKey } from '@burgee/api';
import type { EvaluationContext, Flag } from '@burgee/evaluator';
import pg from 'pg';

/** Whoever knows these opens every door of the seeded environment. */
export interface Secrets {
  readonly client: string;
  readonly server: string;
  /** Of a member who may write. */
  readonly token: string;
  readonly signingKey: string;
}

/** What is there before a fault begins. */
export interface World {
  readonly flags: readonly Flag[];
  readonly secrets: Secrets;
}

/** Contexts that the load asks with: the last one has no targeting key. */
export const contexts: readonly EvaluationContext[] = [
  { targetingKey: 'ada', plan: 'gold' },
  { targetingKey: 'bob', plan: 'silver' },
  { targetingKey: 'cyd' },
  { targetingKey: 'dee', plan: 'gold', beta: true },
  { plan: 'gold' },
];

/**
 * Flags of four sorts in turn: `count-…` (a number that writes count up), `plan-…` (a rule that writes turn round), `switch-…`
 * (switched on and off), `split-…` (halves, never written; an error without a targeting key).
 */
export function worldOf(size: number): World {
  const flags = Array.from({ length: size }, (_, index) => flagAt(index));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    flags,
    secrets: {
      client: newApiKey('client', 'test').text,
      server: newApiKey('server', 'test').text,
      token: newAccessToken(),
      signingKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    },
  };
}

/** Puts a world into a migrated database. */
export async function plant(ownerUrl: string, { flags, secrets }: World): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query('begin');
    await client.query(places);
    for (const kind of ['client', 'server'] as const) {
      const hash = createHash('sha256').update(secrets[kind]).digest();
      await client.query(addKey, [kind, hash, secrets[kind].slice(-28, -20)]);
    }
    await client.query(addToken, [hashAccessToken(secrets.token)]);
    await client.query(addFlags, [JSON.stringify(flags)]);
    await client.query(setFlags, [JSON.stringify(flags)]);
    await client.query('commit');
  } finally {
    await client.end();
  }
}

const common = { enabled: true, clientVisible: true } as const;

function flagAt(index: number): Flag {
  const number = String(index).padStart(4, '0');
  switch (index % 4) {
    case 0:
      return countFlag(`count-${number}`, 0);
    case 1:
      return planFlag(`plan-${number}`, 'b');
    case 2:
      return switchFlag(`switch-${number}`, true);
    default:
      return {
        ...common,
        key: `split-${number}`,
        type: 'string',
        variants: { a: `left ${number}`, b: `right ${number}` },
        off: null,
        default: {
          split: [
            ['a', 50_000],
            ['b', 50_000],
          ],
        },
      };
  }
}

export function countFlag(key: string, now: number): Flag {
  return { ...common, key, type: 'integer', variants: { now, off: -1 }, off: 'off', default: 'now' };
}

export function planFlag(key: string, serve: string): Flag {
  const rules = [{ id: 'gold', if: [{ attr: 'plan', op: 'equals', values: ['gold'] }], serve }];
  return {
    ...common,
    key,
    type: 'string',
    variants: { a: 'A', b: 'B', c: 'C' },
    off: null,
    rules,
    default: 'a',
  } as Flag;
}

export function switchFlag(key: string, enabled: boolean): Flag {
  return { ...common, key, enabled, type: 'boolean', variants: { on: true, off: false }, off: 'off', default: 'on' };
}

const places = `
  with project as (insert into burgee.project (key, name) values ('shop', 'Shop') returning id),
    member as (insert into burgee.member (email, name) values ('ada@shop.example', 'Ada') returning id),
    role as (insert into burgee.member_role (member_id, project_id, role) select member.id, project.id, 'admin' from member, project)
  insert into burgee.environment (project_id, key, name) select id, 'test', 'Test' from project`;
const addKey = `
  insert into burgee.api_key (environment_id, kind, name, key_hash, key_prefix)
  select id, $1, $1 || ' of the test', $2, $3 from burgee.environment`;
const addToken = `
  insert into burgee.access_token (member_id, kind, name, token_hash) select id, 'cli', 'faults', $1 from burgee.member`;
const addFlags = `
  insert into burgee.flag (project_id, key, value_type, variants, client_visible)
  select project.id, one->>'key', one->>'type', one->'variants', true
  from burgee.project, jsonb_array_elements($1::jsonb) as one`;
const setFlags = `
  update burgee.flag_setting
  set enabled = (one->>'enabled')::boolean, off_variant = one->>'off', rules = one->'rules', default_serve = one->'default'
  from burgee.flag, jsonb_array_elements($1::jsonb) as one
  where flag.id = flag_setting.flag_id and flag.key = one->>'key'`;
