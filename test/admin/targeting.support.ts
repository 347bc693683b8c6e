import type { RunningAdmin } from './admin.support.ts';

/** A flag of flagd and one of Unleash, in every environment of the demo, as an import would have left them. */
export async function plantImported(admin: RunningAdmin): Promise<void> {
  await admin.database.run(`
    set local burgee.reason = 'imported';
    insert into burgee.flag (project_id, key, name, kind, value_type, variants, owner)
    select id, 'banner-text', 'Banner text', 'release', 'string', '{"calm": "Hello", "loud": "SALE!"}', 'growth'
    from burgee.project where key = 'shop';
    insert into burgee.flag (project_id, key, name, kind, value_type, variants, owner)
    select id, 'rollout-plan', 'Rollout plan', 'release', 'boolean', '{"on": true, "off": false}', 'growth'
    from burgee.project where key = 'shop';
    update burgee.flag_setting
    set enabled = true, semantics = 'flagd-2', off_variant = null, default_serve = 'null', foreign_rule = '${JSON.stringify(flagd)}'
    where flag_id = (select id from burgee.flag where key = 'banner-text');
    update burgee.flag_setting
    set enabled = true, semantics = 'unleash', off_variant = 'off', default_serve = '"off"', rules = '${JSON.stringify(unleash)}'
    where flag_id = (select id from burgee.flag where key = 'rollout-plan');`);
}

const flagd = {
  state: 'ENABLED',
  variants: { calm: 'Hello', loud: 'SALE!' },
  defaultVariant: 'calm',
  targeting: { if: [{ in: [{ var: 'country' }, ['NO', 'SE']] }, 'loud', 'calm'] },
};

const sticky = ['userId', 'sessionId', 'remoteAddress', '$random'];
const unleash = [
  {
    id: 'beta',
    name: 'Beta testers',
    if: [{ attr: 'email', op: 'STR_ENDS_WITH', values: ['@shop.example'], not: true, ignoreCase: true }],
    rollout: { percent: 25, by: ['userId', 'sessionId', '$random'], seed: 'rollout-plan' },
    serve: {
      split: [
        ['on', 333, { variant: 'red', payload: '#f00', payloadType: 'string' }],
        ['on', 667, { variant: 'blue' }],
      ],
      by: sticky,
      seed: 'rollout-plan',
    },
  },
];
