/**
 * Which flags there are, and of which type: empty until an application says so.
 *
 * ```ts
 * declare module '@burgee/vue' {
 *   interface FlagTypes {
 *     'new-checkout': boolean;
 *     'free-shipping-banner': string;
 *   }
 * }
 * ```
 *
 * From then on another key, or a default of another type, does not compile.
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications fill it in
export interface FlagTypes {}

/** The flags that are known; any string while none is. */
export type FlagKey = keyof FlagTypes extends never ? string : keyof FlagTypes;

/** What a default for this flag may be. */
export type FlagDefault<K> = K extends keyof FlagTypes ? FlagTypes[K] : unknown;

/** What a flag's value is: its declared type, else that of its default. */
export type FlagValue<K, D> = K extends keyof FlagTypes ? FlagTypes[K] : Widened<D>;

type Widened<D> = D extends boolean ? boolean : D extends number ? number : D extends string ? string : D;
