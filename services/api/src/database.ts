/** Placeholder until the types are generated from the live schema. */
// biome-ignore lint/suspicious/noExplicitAny: replaced by the generated file
export type DB = any;
