/** What an audit entry did, without its subject's key: "switched on", "changed the targeting of". */
export function entrySentence(entry: { subject: string; operation: string; before: unknown; after: unknown }): string {
  const before = asRow(entry.before);
  const after = asRow(entry.after);
  if (entry.subject === 'member_role') return roleSentence(before.role, after.role);
  if (entry.subject === 'segment_member') return memberSentence(entry.operation, { ...before, ...after });
  if (entry.operation === 'insert') return `Created ${noun(entry.subject)}`;
  if (entry.operation === 'delete') return `Removed ${noun(entry.subject)}`;
  if (entry.operation === 'archive') return `Archived ${noun(entry.subject)}`;
  if (entry.subject === 'flag_setting' && before.enabled !== after.enabled && typeof after.enabled === 'boolean') {
    return after.enabled ? 'Switched on' : 'Switched off';
  }
  if (entry.subject === 'api_key' && after.revoked_at) return 'Revoked API key';
  return entry.subject === 'flag_setting' ? 'Changed the targeting of' : `Changed ${noun(entry.subject)}`;
}

function roleSentence(before: unknown, after: unknown): string {
  if (typeof after !== 'string') return `Took the role ${roleName(before)} from`;
  return typeof before === 'string'
    ? `Changed the role from ${roleName(before)} to ${roleName(after)} of`
    : `Gave the role ${roleName(after)} to`;
}

const roleName = (role: unknown) => String(role).replace('_', ' ');

function memberSentence(operation: string, member: Record<string, unknown>): string {
  const key = String(member.targeting_key);
  const place = member.included === false ? 'excluded' : 'included';
  if (operation === 'delete') return `Took the ${place} ${key} out of segment`;
  return operation === 'insert'
    ? `Put ${key} among the ${place} of segment`
    : `Moved ${key} among the ${place} of segment`;
}

function noun(subject: string): string {
  return nouns[subject] ?? subject.replaceAll('_', ' ');
}

function asRow(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
}

const nouns: Record<string, string> = {
  flag: 'flag',
  flag_setting: 'the setting of',
  api_key: 'API key',
};
