/** Finds the key that was probably meant by one that no flag has; undefined when none is near. */
export function nearestKey(asked: string, keys: Iterable<string>): string | undefined {
  const most = Math.min(mostMistakes, Math.floor(asked.length / 3));
  const [letters, plain] = [lettersOf(asked), plainOf(asked)];
  let nearest: { key: string; mistakes: number } | undefined;
  for (const key of keys) {
    if (plainOf(key) === plain) return key;
    const allowed = Math.min(most, (nearest?.mistakes ?? most + 1) - 1);
    if (allowed < 1 || Math.abs(key.length - asked.length) > allowed) continue;
    // a mistake changes two letters of the set at most: most keys need no closer look
    if (bits(letters ^ lettersOf(key)) > 2 * allowed) continue;
    const mistakes = distance(asked, key, allowed);
    if (mistakes <= allowed) nearest = { key, mistakes };
  }
  return nearest?.key;
}

const mostMistakes = 2;

/** `newCheckout`, `new_checkout` and `new-checkout` are one name, differently written. */
function plainOf(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function lettersOf(key: string): number {
  let set = 0;
  for (let index = 0; index < key.length; index += 1) set |= 1 << (key.charCodeAt(index) % 32);
  return set;
}

function bits(set: number): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** Letters to add, drop, exchange or swap with their neighbour; a number over `most` when they are too many. */
function distance(left: string, right: string, most: number): number {
  let before: number[] = [];
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const exchange = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      const isSwap = left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      const swap = isSwap ? (before[j - 2] ?? most) + 1 : exchange;
      next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, exchange, swap));
    }
    if (Math.min(...next) > most) return most + 1;
    [before, row] = [row, next];
  }
  return row.at(-1) ?? most + 1;
}
