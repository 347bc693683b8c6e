/**
 * GrowthBook's form of a version that compares as text: no `v` in front, no build, numbers padded to five places.
 * It is not semantic versioning: `1-2-3` equals `1.2.3`, and capitals come before small letters.
 */
export function paddedVersion(version: unknown): string {
  const text = typeof version === 'number' ? String(version) : version;
  const parts = (typeof text === 'string' && text !== '' ? text : '0').replace(/^v|\+.*$/g, '').split(/[-.]/);
  // `~` comes after all letters: a release is above its pre-releases
  if (parts.length === 3) parts.push('~');
  return parts.map((part) => (/^[0-9]+$/.test(part) ? part.padStart(5) : part)).join('-');
}
