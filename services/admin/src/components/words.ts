import type { FlagRow } from '../queries/flags.ts';
import type { ApiKey } from '../queries/keys.ts';
import type { Role } from '../queries/members.ts';
import type { StaleFinding } from '../queries/stale.ts';

interface Words {
  label: string;
  description: string;
  icon: string;
}

export const kinds: Record<FlagRow['kind'], Words> = {
  release: { label: 'Release', description: 'Temporary: hides work until it is released', icon: 'i-lucide-rocket' },
  experiment: { label: 'Experiment', description: 'Temporary: compares variants', icon: 'i-lucide-flask-conical' },
  operational: {
    label: 'Kill switch',
    description: 'Permanent: operators switch it both ways at once',
    icon: 'i-lucide-zap',
  },
  permission: { label: 'Permission', description: 'Permanent: who may use what', icon: 'i-lucide-key-round' },
};

export const findings: Record<StaleFinding['finding'], Words> = {
  stale: { label: 'Overdue', description: 'Rolled out everywhere; the old branch can go', icon: 'i-lucide-hourglass' },
  concluded_off: {
    label: 'Concluded off',
    description: 'Was on, went off for good; the new branch can go',
    icon: 'i-lucide-circle-off',
  },
  stuck: { label: 'Stuck', description: 'Half-way for a long time, nobody decides', icon: 'i-lucide-circle-pause' },
  unknown: {
    label: 'Unknown',
    description: 'Kept in another system’s form; only a person can tell whether it is finished',
    icon: 'i-lucide-circle-help',
  },
  ready_to_archive: {
    label: 'Ready to archive',
    description: 'Settled, and neither used nor found in code',
    icon: 'i-lucide-archive',
  },
  abandoned: {
    label: 'Abandoned',
    description: 'Temporary, and no code has asked for it for 30 days',
    icon: 'i-lucide-ghost',
  },
  kind_changed: { label: 'Kind changed', description: 'Was temporary, was made permanent', icon: 'i-lucide-shuffle' },
};

export const roles: Record<Role, Words> = {
  viewer: { label: 'Viewer', description: 'reads everything', icon: 'i-lucide-eye' },
  developer: { label: 'Developer', description: 'edits outside production', icon: 'i-lucide-code' },
  product_owner: { label: 'Product owner', description: 'releases in production', icon: 'i-lucide-badge-check' },
  admin: { label: 'Administrator', description: 'everything, with keys and members', icon: 'i-lucide-shield' },
};

export const keyKinds: Record<ApiKey['kind'], Words> = {
  client: {
    label: 'Client',
    description: 'For browsers and apps. May be public: it opens decisions of client-visible flags only.',
    icon: 'i-lucide-monitor',
  },
  server: {
    label: 'Server',
    description: 'For back ends. Secret: it opens the whole ruleset.',
    icon: 'i-lucide-server',
  },
  relay: { label: 'Relay', description: 'For a relay near your users. Secret.', icon: 'i-lucide-radio-tower' },
};

export function options<Key extends string>(words: Record<Key, Words>) {
  return (Object.keys(words) as Key[]).map((value) => ({ value, ...words[value] }));
}
