import { type DefineSetupFnComponent, defineComponent, type SlotsType, type VNode } from 'vue';
import type { FlagDefault, FlagKey } from './flag-types.ts';
import { useFlag } from './use-flag.ts';

/** Props of `<BurgeeFlag>`. */
export interface BurgeeFlagProps {
  /** The key of a boolean flag. */
  flag: FlagKey;
}

type Slots = SlotsType<{ on?: () => VNode[]; off?: () => VNode[] }>;

/** Shows the slot `on` while a boolean flag is true, else the slot `off`. */
export const BurgeeFlag: DefineSetupFnComponent<
  BurgeeFlagProps,
  Record<string, never>,
  Slots
> = /* @__PURE__ */ defineComponent(
  (props: BurgeeFlagProps, { slots }) => {
    const shown = useFlag(() => props.flag, false as FlagDefault<FlagKey>);
    return () => (shown.value ? slots.on?.() : slots.off?.());
  },
  { name: 'BurgeeFlag', props: ['flag'] },
);
