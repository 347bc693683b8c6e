import { useFlag } from '@burgee/vue';
import { ref } from 'vue';

declare module '@burgee/vue' {
  interface FlagTypes {
    'new-checkout': boolean;
    banner: string;
    layout: { columns: number };
  }
}

export const checkout: boolean = useFlag('new-checkout', false).value;
export const banner: string = useFlag(() => 'banner' as const, '').value;
export const columns: number = useFlag(ref('layout' as const), { columns: 1 }).value.columns;

// @ts-expect-error no such flag
useFlag('new-chekout', false);
// @ts-expect-error the default is of another type
useFlag('new-checkout', 'yes');
// @ts-expect-error the value is of another type
export const wrong: number = useFlag('banner', '').value;
// @ts-expect-error a part of the object is missing
useFlag('layout', {});
