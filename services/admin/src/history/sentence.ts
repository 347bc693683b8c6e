/** What an audit entry did, without its subject's key: "switched on", "changed the targeting of". */
export function entrySentence(entry: { subject: string; operation: string; before: unknown; after: unknown }): string {
  const before = asRow(entry.before);
  const after = asRow(entry.after);
  if (entry.operation === 'insert') return `Created ${noun(entry.subject)}`;
  if (entry.operation === 'delete') return `Removed ${noun(entry.subject)}`;
  if (entry.operation === 'archive') return `Archived ${noun(entry.subject)}`;
  if (entry.subject === 'flag_setting' && before.enabled !== after.enabled && typeof after.enabled === 'boolean') {
    return after.enabled ? 'Switched on' : 'Switched off';
  }
  if (entry.subject === 'api_key' && after.revoked_at) return 'Revoked API key';
  return entry.subject === 'flag_setting' ? 'Changed the targeting of' : `Changed ${noun(entry.subject)}`;
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
  segment_member: 'a member of segment',
  api_key: 'API key',
  member_role: 'the role of',
};
