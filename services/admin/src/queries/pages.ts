interface Page<Node> {
  nodes: Node[];
  hasNextPage: boolean;
  endCursor: string | null;
}

/** Reads the first `count` rows; the API gives at most 200 a page. A list that grows keeps its place when it is read again. */
export async function readFirst<Node, Of extends Page<Node>>(
  count: number,
  readPage: (first: number, after: string | null) => Promise<Of & Page<Node>>,
): Promise<Of> {
  let page = await readPage(Math.min(count, pageSize), null);
  const nodes = [...page.nodes];
  while (page.hasNextPage && nodes.length < count) {
    page = await readPage(Math.min(count - nodes.length, pageSize), page.endCursor);
    nodes.push(...page.nodes);
  }
  return { ...page, nodes };
}

const pageSize = 100;
