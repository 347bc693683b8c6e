const asked = process.env.BURGEE_FUZZ_CASES;

/** How much is tried; more by BURGEE_FUZZ_CASES. */
export const cases = Number(asked ?? 20_000);

/** The same in every run of `npm test`, new where more is asked for; the same again by BURGEE_FUZZ_SEED. */
export const seed = Number(process.env.BURGEE_FUZZ_SEED ?? (asked === undefined ? 20_261_121 : Date.now() % 2 ** 31));

/** Runs of a property that tries several cases each. */
export function runs(casesEach: number): number {
  return Math.ceil(cases / casesEach);
}
