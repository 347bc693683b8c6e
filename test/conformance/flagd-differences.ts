/** Where flagd's JavaScript evaluator is known to decide otherwise than its Go evaluator, which Burgee follows. */
const differences: Readonly<Record<string, (operator: string, args: readonly unknown[], context: Context) => boolean>> =
  {};

type Context = Readonly<Record<string, unknown>>;
export const known: readonly string[] = Object.keys(differences);
export function namesOf(_targeting: unknown, _context: Context): string[] {
  return ['?'];
}
