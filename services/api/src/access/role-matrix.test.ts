import { afterAll, beforeAll, expect, test } from 'vitest';
import { managedShop, type Person } from '../graphql/graphql.support.ts';
import { roles } from './role.ts';

let shop: Awaited<ReturnType<typeof managedShop>>;
let memberId = '';
beforeAll(async () => {
  shop = await managedShop();
  memberId =
    (await shop.database.sql<{ id: string }>(`select id from burgee.member where email = 'eve@elsewhere.example'`))[0]
      ?.id ?? '';
});
afterAll(() => shop.stop());

/** Who may do it, and the document; `KEY` is another word for each person. */
interface Cell {
  readonly does: string;
  readonly who: readonly Person[];
  readonly document: string;
}
const [viewer, developer, owner, admin] = roles;
const everybody = [viewer, developer, owner, admin] as const;
const writers = [developer, owner, admin] as const;
const releasers = [owner, admin] as const;
const flag = (key: string) =>
  `mutation { createFlag(input: { project: "shop", key: "${key}", kind: release, owner: "x" }) { id } }`;

const imported = (environment: string) => `
  mutation { importFlags(input: {
    project: "shop", environment: "${environment}", format: flagd, reference: "flagd-2", reason: "why", flags: [{
      kind: release, flag: {
        key: "KEY-in-${environment}", enabled: true, type: "boolean", variants: { on: true, off: false }, off: null, default: null,
        semantics: "flagd-2", foreign: { state: "ENABLED", variants: { on: true, off: false }, defaultVariant: "on" } } }]
  }) { written } }`;

const cells: readonly Cell[] = [
  {
    does: 'read the project',
    who: everybody,
    document:
      '{ projects { key } project(key: "shop") { key environments { key } } flags(project: "shop", first: 2) { nodes { key } } }',
  },
  { does: 'read segments', who: everybody, document: '{ segments(project: "shop") { key } }' },
  { does: 'read the audit log', who: everybody, document: '{ audit(project: "shop", first: 1) { nodes { id } } }' },
  {
    does: 'read stale flags',
    who: everybody,
    document: '{ staleFlags(project: "shop") { flagKey } staleReports(project: "shop") { id } }',
  },
  { does: 'read unknown flags', who: everybody, document: '{ unknownFlags(project: "shop") { flagKey } }' },
  {
    does: 'explain',
    who: everybody,
    document: '{ explain(project: "shop", environment: "production", flag: "new-checkout", context: {}) { sentence } }',
  },
  { does: 'read keys', who: writers, document: '{ apiKeys(project: "shop") { id } }' },
  { does: 'read members', who: writers, document: '{ members(project: "shop") { id } }' },
  { does: 'create a flag', who: writers, document: flag('KEY-created') },
  { does: 'import flags', who: writers, document: imported('staging') },
  { does: 'import flags into production', who: releasers, document: imported('production') },
  {
    does: 'take all rules away',
    who: writers,
    document: '{ ruleset(project: "shop", environment: "production") }',
  },
  {
    does: 'describe a flag',
    who: writers,
    document:
      'mutation { updateFlag(input: { project: "shop", key: "new-checkout", revision: "REVISION", description: "by KEY" }) { id } }',
  },
  {
    does: 'change what decides in production',
    who: releasers,
    document:
      'mutation { updateFlag(input: { project: "shop", key: "new-checkout", revision: "REVISION", metadata: { by: "KEY" }, reason: "why" }) { id } }',
  },
  {
    does: 'switch outside production',
    who: writers,
    document:
      'mutation { switchFlag(input: { project: "shop", environment: "staging", key: "search-v2", enabled: false }) { enabled } }',
  },
  {
    does: 'switch in production',
    who: releasers,
    document:
      'mutation { switchFlag(input: { project: "shop", environment: "production", key: "search-v2", enabled: ENABLED, reason: "why" }) { enabled } }',
  },
  {
    does: 'archive a flag',
    who: [admin],
    document: 'mutation { archiveFlag(input: { project: "shop", key: "to-archive", reason: "why" }) { id } }',
  },
  {
    does: 'create a segment',
    who: writers,
    document: 'mutation { createSegment(input: { project: "shop", key: "KEY-segment" }) { id } }',
  },
  {
    does: 'change a segment that production uses',
    who: releasers,
    document:
      'mutation { updateSegment(input: { project: "shop", key: "staff", revision: "SEGMENT", included: ["KEY"], reason: "why" }) { id } }',
  },
  {
    does: 'make a key',
    who: [admin],
    document:
      'mutation { createApiKey(input: { project: "shop", environment: "staging", kind: server, name: "KEY" }) { secret } }',
  },
  {
    does: 'add a member',
    who: [admin],
    document:
      'mutation { createMember(input: { project: "shop", email: "new-KEY@shop.example", name: "New", role: viewer }) { id } }',
  },
  {
    does: 'give a role',
    who: [admin],
    document:
      'mutation { createMember(input: { project: "shop", email: "eve@elsewhere.example", name: "Eve", role: viewer }) { id } }',
  },
  {
    does: 'add an environment',
    who: [admin],
    document:
      'mutation { createEnvironment(input: { project: "shop", key: "KEY-environment", name: "Another", isProduction: false }) { id } }',
  },
  {
    does: 'make a project',
    who: [admin],
    document: 'mutation { createProject(input: { key: "KEY-project", name: "Another" }) { key } }',
  },
  { does: 'file the report', who: writers, document: 'mutation { runStaleAudit(project: "shop") { id } }' },
  {
    does: 'make an access token',
    who: [...everybody, 'stranger'],
    document: 'mutation { createAccessToken(name: "KEY") { secret } }',
  },
];

const askers: readonly Person[] = [...roles, 'stranger', 'nobody'];
const matrix = cells.flatMap((cell) =>
  askers.map((person) => ({ ...cell, person, may: cell.who.includes(person) ? 'may' : 'may not' })),
);

async function documentFor(document: string, person: Person): Promise<string> {
  const [{ revision, enabled, segment }] = (await shop.database.sql(`
    select flag.revision, not (
        select enabled from burgee.flag_setting
        join burgee.environment on environment.id = environment_id and is_production
        join burgee.flag as other on other.id = flag_id and other.key = 'search-v2'
      ) as enabled, (select revision from burgee.segment where key = 'staff') as segment
    from burgee.flag where key = 'new-checkout'`)) as [{ revision: string; enabled: boolean; segment: string }];
  return document
    .replaceAll('KEY', person.replaceAll('_', '-'))
    .replace('REVISION', revision)
    .replace('SEGMENT', segment)
    .replace('ENABLED', String(enabled));
}

const auditRows = async () => Number((await shop.database.sql('select count(*) as n from burgee.audit_entry'))[0]?.n);

test.each(matrix)('$person $may $does', async ({ document, person, may, does }) => {
  if (does === 'archive a flag') await shop.ask('admin', flag('to-archive'));
  const before = await auditRows();
  const answer = await shop.ask(person, await documentFor(document, person));
  const code = answer.errors?.[0]?.extensions.code;
  if (may === 'may') {
    expect(answer.errors).toBeUndefined();
    if (document.startsWith('mutation') && !/runStaleAudit|createAccessToken|enabled: false/.test(document)) {
      expect(await auditRows()).toBeGreaterThan(before - (does === 'give a role' ? 1 : 0));
    }
    return;
  }
  expect(code).toMatch(person === 'nobody' ? /^UNAUTHORIZED$/ : /^(FORBIDDEN|NOT_FOUND)$/);
  expect(await auditRows()).toBe(before);
});

test('shows a stranger no project, and nothing by an id of somebody else', async () => {
  await shop.database.sql('delete from burgee.member_role where member_id = $1', [memberId]);
  expect(await shop.get('stranger', '{ projects { key } project(key: "shop") { key } }')).toEqual({
    projects: [],
    project: null,
  });
  const { runStaleAudit } = await shop.get('admin', 'mutation { runStaleAudit(project: "shop") { id } }');
  expect(await shop.get('stranger', `{ staleReport(id: "${runStaleAudit.id}") { id } }`)).toEqual({
    staleReport: null,
  });
  const { apiKeys } = await shop.get('admin', '{ apiKeys(project: "shop") { id } }');
  expect(await shop.codeOf('stranger', `mutation { revokeApiKey(id: "${apiKeys[0].id}") { id } }`)).toBe('NOT_FOUND');
  expect(await shop.codeOf('stranger', 'mutation { revokeApiKey(id: "no uuid") { id } }')).toMatch(
    /NOT_FOUND|BAD_INPUT/,
  );
  const { me } = await shop.get('admin', '{ me { accessTokens { id } } }');
  expect(await shop.codeOf('stranger', `mutation { revokeAccessToken(id: "${me.accessTokens[0].id}") }`)).toBe(
    'NOT_FOUND',
  );
});

test('lets a role act at once when it is given, changed and taken', async () => {
  const { createMember } = await shop.get(
    'admin',
    'mutation { createMember(input: { project: "shop", email: "EVE@elsewhere.example", name: "Eve", role: viewer }) { id role } }',
  );
  expect(createMember.id).toBe(memberId);
  expect(await shop.codeOf('stranger', flag('by-stranger'))).toBe('FORBIDDEN');
  const set = (role: string) =>
    `mutation { setMemberRole(project: "shop", memberId: "${memberId}", role: ${role}) { role } }`;
  expect(await shop.get('admin', set('developer'))).toEqual({ setMemberRole: { role: 'developer' } });
  expect(await shop.codeOf('stranger', flag('by-stranger'))).toBeUndefined();
  expect(await shop.codeOf('stranger', set('admin'))).toBe('FORBIDDEN');
  expect(await shop.get('admin', set('null'))).toEqual({ setMemberRole: null });
  expect(await shop.codeOf('stranger', '{ flag(project: "shop", key: "by-stranger") { key } }')).toBe('NOT_FOUND');
  expect(await shop.lastEntry('eve@elsewhere.example')).toMatchObject({
    subject: 'member_role',
    operation: 'delete',
    actor: 'ada@shop.example',
  });
});
