import { expect, test } from 'vitest';
import { readFirst } from './pages.ts';

/** A door with `total` numbered rows, which writes down what it was asked. */
function rows(total: number) {
  const asked: [number, string | null][] = [];
  const readPage = async (first: number, after: string | null) => {
    asked.push([first, after]);
    const start = after === null ? 0 : Number(after);
    const nodes = Array.from({ length: Math.min(first, total - start) }, (_row, index) => start + index);
    return { nodes, endCursor: String(start + nodes.length), hasNextPage: start + nodes.length < total };
  };
  return { asked, readPage };
}

test('reads page after page until it has what was asked for', async () => {
  const { asked, readPage } = rows(500);
  const page = await readFirst(250, readPage);
  expect(page.nodes).toHaveLength(250);
  expect(page.hasNextPage).toBe(true);
  expect(asked).toEqual([
    [100, null],
    [100, '100'],
    [50, '200'],
  ]);
});

test('stops where the rows end', async () => {
  const { readPage } = rows(3);
  expect(await readFirst(100, readPage)).toEqual({ nodes: [0, 1, 2], endCursor: '3', hasNextPage: false });
});
