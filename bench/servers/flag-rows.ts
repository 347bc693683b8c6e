import type { NeutralFlag } from '../evaluator/flags.ts';

/** The columns of a flag and of its setting. */
export interface FlagRow {
  readonly key: string;
  readonly value_type: 'boolean' | 'string';
  readonly variants: Readonly<Record<string, boolean | string>>;
  readonly off: string | null;
  readonly rules: readonly object[] | null;
  readonly serve: unknown;
}

/** Writes neutral flags as the tables hold them. */
export function flagRows(flags: readonly NeutralFlag[]): FlagRow[] {
  return flags.map(flagRow);
}

function flagRow({ key, kind, enabled, percent = 100, constraints = [], variants = [] }: NeutralFlag): FlagRow {
  const boolean = { key, value_type: 'boolean', variants: { on: true, off: false }, off: 'off' } as const;
  if (kind === 'boolean') return { ...boolean, rules: null, serve: enabled ? 'on' : 'off' };
  if (kind === 'rollout') return { ...boolean, rules: [{ id: 'some', rollout: percent }], serve: 'off' };
  if (kind === 'rule') {
    const asked = constraints.map(({ attribute, values }) => ({ attr: attribute, op: 'in', values }));
    return { ...boolean, rules: [{ id: 'these', if: asked }], serve: 'off' };
  }
  const split = variants.map(({ name, weight }) => [name, weight * 1000]);
  const values = Object.fromEntries(variants.map(({ name }) => [name, name]));
  return { key, value_type: 'string', variants: values, off: null, rules: null, serve: { split } };
}
