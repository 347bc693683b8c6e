import { useFlag } from '@burgee/vue';

export const checkout: boolean = useFlag('anything', false).value;
export const banner: string = useFlag('something', 'x').value;
export const columns: number = useFlag('layout', { columns: 1 }).value.columns;

// @ts-expect-error the value has the type of the default
export const wrong: string = useFlag('anything', 3).value;
// @ts-expect-error a key is text
useFlag(3, false);
