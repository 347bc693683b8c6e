/** How much is tried; more by BURGEE_FUZZ_CASES, the same again by BURGEE_FUZZ_SEED. */
export const cases = Number(process.env.BURGEE_FUZZ_CASES ?? 20_000);
export const seed = Number(process.env.BURGEE_FUZZ_SEED ?? Date.now() % 2 ** 31);

/** Runs of a property that tries several cases each. */
export function runs(casesEach: number): number {
  return Math.ceil(cases / casesEach);
}
