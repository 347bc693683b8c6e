import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type NeutralFlag, type User, users } from './flags.ts';

/** What can be measured. */
export interface Subject {
  readonly contexts: readonly unknown[];
  one(key: string, context: never, kind: NeutralFlag['kind']): unknown;
  bulk?(context: never): unknown;
}

/** The npm packages, each at the version that was compared; they are installed for the measurement only. */
export const packages = {
  vercel: '@vercel/flags-core@1.8.2',
  flagd: '@openfeature/flagd-core@4.0.1',
  growthbook: '@growthbook/growthbook@1.8.0',
  unleash: 'unleash-client@6.12.1',
  statsig: 'statsig-node@6.5.2',
} as const;

/** What they ask for themselves, and do not install. */
export const companions: readonly string[] = ['@openfeature/core@1.12.0'];

/** The fastest of each row, and those whose flags can be imported; none asks the network. */
export const peers: Readonly<
  Record<keyof typeof packages, (flags: readonly NeutralFlag[], at: string) => Promise<Subject>>
> = {
  async vercel(flags, at) {
    const { evaluate } = await load(at, '@vercel/flags-core');
    const definitions = new Map(flags.map((flag, i) => [flag.key, vercelFlag(flag, i)]));
    const one = (key: string, entities: object) =>
      evaluate({ definition: definitions.get(key), environment: 'production', entities, segments: {} }).value;
    return { contexts: users.map((user) => ({ user })), one };
  },
  async flagd(flags, at) {
    const { FlagdCore } = await load(at, '@openfeature/flagd-core');
    const core = new FlagdCore();
    core.setConfigurations(
      JSON.stringify({ flags: Object.fromEntries(flags.map((flag) => [flag.key, flagdFlag(flag)])) }),
    );
    const one = (key: string, context: object, kind: NeutralFlag['kind']) =>
      kind === 'split'
        ? core.resolveStringEvaluation(key, '', context).value
        : core.resolveBooleanEvaluation(key, false, context).value;
    const contexts = users.map((user) => ({ ...user, targetingKey: user.userId }));
    return { contexts, one, bulk: (context: object) => core.resolveAll(context) };
  },
  async growthbook(flags, at) {
    const { GrowthBookClient } = await load(at, '@growthbook/growthbook');
    const features = Object.fromEntries(flags.map((flag) => [flag.key, growthbookFeature(flag)]));
    const client = new GrowthBookClient({}).initSync({ payload: { features } });
    const one = (key: string, context: object, kind: NeutralFlag['kind']) =>
      kind === 'split' ? client.getFeatureValue(key, '', context) : client.isOn(key, context);
    return { contexts: users.map((user) => ({ attributes: { ...user, id: user.userId } })), one };
  },
  async statsig(flags, at) {
    const { default: statsig } = await load(at, 'statsig-node');
    await statsig.initialize('secret-bench', {
      localMode: true,
      bootstrapValues: JSON.stringify(statsigConfig(flags)),
      disableIdListsSync: true,
      disableRulesetsSync: true,
    });
    const one = (key: string, user: object, kind: NeutralFlag['kind']) =>
      kind === 'split'
        ? statsig.getConfigWithExposureLoggingDisabledSync(user, key).value.value
        : statsig.checkGateWithExposureLoggingDisabledSync(user, key);
    return {
      contexts: users.map(({ userId, country, plan, accountId }) => ({
        userID: userId,
        country,
        custom: { plan, accountId },
      })),
      one,
    };
  },
  async unleash(flags, at) {
    const { Unleash, InMemStorageProvider } = await load(at, 'unleash-client');
    const unleash = new Unleash({
      appName: 'bench',
      url: 'http://127.0.0.1:9/',
      refreshInterval: 0,
      disableMetrics: true,
      skipInstanceCountWarning: true,
      bootstrap: { data: flags.map(unleashFlag) },
      storageProvider: new InMemStorageProvider(),
    });
    unleash.on('error', () => {});
    await new Promise((resolve) => unleash.once('ready', resolve));
    const one = (key: string, context: object, kind: NeutralFlag['kind']) =>
      kind === 'split' ? unleash.getVariant(key, context).name : unleash.isEnabled(key, context);
    return { contexts: users.map(({ userId, ...properties }: User) => ({ userId, properties })), one };
  },
};

async function load(at: string, name: string) {
  return await import(pathToFileURL(createRequire(`${at}/package.json`).resolve(name)).href);
}

function vercelFlag({ kind, enabled, percent = 0, constraints = [], variants }: NeutralFlag, i: number): object {
  const base = ['user', 'userId'];
  const conditions = constraints.map(({ attribute, values }) => [['user', attribute], 'oneOf', values]);
  const fallthrough = {
    boolean: Number(enabled),
    rule: 0,
    rollout: { type: 'split', base, weights: [100 - percent, percent], defaultVariant: 0 },
    split: { type: 'split', base, weights: variants?.map(({ weight }) => weight), defaultVariant: 0 },
  }[kind];
  const rules = kind === 'rule' ? [{ conditions, outcome: 1 }] : [];
  const values = variants ? variants.map(({ name }) => name) : [false, true];
  return { seed: i + 1, variants: values, environments: { production: { rules, fallthrough } } };
}

function flagdFlag({ kind, enabled, percent = 100, constraints = [], variants = [] }: NeutralFlag): object {
  const id = { cat: [{ var: '$flagd.flagKey' }, ':', { var: 'userId' }] };
  const flag = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off' };
  if (kind === 'boolean') return { ...flag, defaultVariant: enabled ? 'on' : 'off' };
  if (kind === 'rollout') return { ...flag, targeting: { fractional: [id, ['on', percent], ['off', 100 - percent]] } };
  if (kind === 'rule') {
    const all = constraints.map(({ attribute, values }) => ({ in: [{ var: attribute }, values] }));
    return { ...flag, targeting: { if: [{ and: all }, 'on', 'off'] } };
  }
  const names = variants.map(({ name }) => name);
  const targeting = { fractional: [id, ...variants.map(({ name, weight }) => [name, weight])] };
  return {
    ...flag,
    variants: Object.fromEntries(names.map((name) => [name, name])),
    defaultVariant: names[0],
    targeting,
  };
}

function growthbookFeature({ kind, enabled, percent = 100, constraints = [], variants = [] }: NeutralFlag): object {
  if (kind === 'boolean') return { defaultValue: enabled };
  if (kind === 'rollout')
    return { defaultValue: false, rules: [{ force: true, coverage: percent / 100, hashVersion: 2 }] };
  if (kind === 'rule') {
    const condition = Object.fromEntries(constraints.map(({ attribute, values }) => [attribute, { $in: values }]));
    return { defaultValue: false, rules: [{ force: true, condition }] };
  }
  const names = variants.map(({ name }) => name);
  const weights = variants.map(({ weight }) => weight / 100);
  return { defaultValue: names[0], rules: [{ variations: names, weights, coverage: 1, hashVersion: 2 }] };
}

function statsigConfig(flags: readonly NeutralFlag[]): object {
  const everyone = {
    type: 'public',
    targetValue: null,
    operator: null,
    field: null,
    additionalValues: {},
    idType: 'userID',
  };
  const spec = ({ key }: NeutralFlag, rules: object[], more: object) => {
    return {
      name: key,
      salt: key,
      enabled: true,
      defaultValue: false,
      rules,
      isDeviceBased: false,
      idType: 'userID',
      ...more,
    };
  };
  const rule = (name: string, passPercentage: number, conditions: object[], returnValue: unknown = true) => {
    return { name, id: name, salt: name, passPercentage, conditions, returnValue, idType: 'userID' };
  };
  const gate = (flag: NeutralFlag) => {
    const { key, kind, enabled, percent = 100, constraints = [] } = flag;
    const asked = constraints.map(({ attribute, values }) => {
      return { ...everyone, type: 'user_field', operator: 'any_case_sensitive', field: attribute, targetValue: values };
    });
    const share = kind === 'boolean' ? Number(enabled) * 100 : percent;
    return spec(flag, [rule(key, share, kind === 'rule' ? asked : [everyone])], {
      type: 'feature_gate',
      entity: 'feature_gate',
    });
  };
  const experiment = (flag: NeutralFlag) => {
    const rules = (flag.variants ?? []).map(({ name }, i) => {
      const below = { targetValue: (i + 1) * 250, operator: 'lt', additionalValues: { salt: flag.key } };
      return rule(name, 100, [{ ...everyone, type: 'user_bucket', ...below }], { value: name });
    });
    return spec(flag, rules, { type: 'dynamic_config', entity: 'experiment', defaultValue: {} });
  };
  return {
    feature_gates: flags.filter(({ kind }) => kind !== 'split').map(gate),
    dynamic_configs: flags.filter(({ kind }) => kind === 'split').map(experiment),
    layer_configs: [],
    has_updates: true,
    time: 1,
  };
}

function unleashFlag({ key, kind, enabled, percent = 100, constraints = [], variants = [] }: NeutralFlag): object {
  const rollout = {
    name: 'flexibleRollout',
    parameters: { rollout: String(percent), stickiness: 'default', groupId: key },
    constraints: constraints.map(({ attribute, values }) => ({ contextName: attribute, operator: 'IN', values })),
    variants: variants.map(({ name, weight }) => {
      return {
        name,
        weight: weight * 10,
        weightType: 'variable',
        stickiness: 'default',
        payload: { type: 'string', value: name },
      };
    }),
  };
  const simple = { name: 'default', constraints: [], parameters: {}, variants: [] };
  return {
    name: key,
    type: 'release',
    enabled,
    project: 'default',
    strategies: [kind === 'boolean' ? simple : rollout],
    variants: [],
  };
}
