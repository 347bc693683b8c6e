// Clients whose context is too large to be kept by the server, for kit/nudged.ts: they are told only that something changed, and ask
// again. Told what to do by one line of JSON; says a line for each line that it is sent.

import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { tree, count, url, key, context } = JSON.parse((await lines.next()).value);
const { createClient } = await import(pathToFileURL(path.join(tree, 'sdks/client/dist/index.js')));

let refused = 0;
const askedAt = Array.from({ length: count }, () => []);
const clients = askedAt.map((mine) =>
  createClient({
    url,
    key,
    context,
    storage: null,
    onError: () => undefined,
    fetch: async (address, init) => {
      if (!String(address).endsWith('/v1/decisions')) return fetch(address, init);
      const asking = { at: performance.now(), isServed: false };
      mine.push(asking);
      const response = await fetch(address, init);
      asking.isServed = response.ok;
      if (!response.ok) refused += 1;
      return response;
    },
  }),
);
for (const [index, client] of clients.entries()) {
  client.start();
  if (index % 25 === 24) await new Promise((resolve) => setTimeout(resolve, 50));
}

for await (const _ of lines) {
  const live = clients.filter(({ state }) => state === 'live').length;
  const asked = askedAt.reduce((sum, { length }) => sum + length, 0);
  // who was refused comes back by other rules
  const gaps = askedAt.flatMap((mine) =>
    mine.slice(2).map(({ at }, index) => (mine[index + 1].isServed ? at - mine[index + 1].at : 1e9)),
  );
  const nearestMs = gaps.reduce((least, gap) => Math.min(least, gap), 1e9);
  const held = new Set(
    clients.map(({ evaluations }) => JSON.stringify([...evaluations].map(([flag, { value }]) => [flag, value]).sort())),
  );
  process.stdout.write(`${JSON.stringify({ live, asked, refused, nearestMs, held: [...held].slice(0, 3) })}\n`);
}
