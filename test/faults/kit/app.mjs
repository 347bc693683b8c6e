// Applications with our SDK for servers, for kit/apps.ts: told what to do by one line of JSON, says what they decide, a line each.

import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [line] = await createInterface({ input: process.stdin })
  [Symbol.asyncIterator]()
  .next()
  .then(({ value }) => [value]);
const { tree, count, url, key, folder, keys, contexts } = JSON.parse(line);
const { createServerClient } = await import(pathToFileURL(path.join(tree, 'sdks/client/dist/server.js')));

const clients = Array.from({ length: count }, (_, index) =>
  createServerClient({ url, key, cacheFile: path.join(folder, `app-${index}.cache`), onError: () => undefined }),
);

let turn = 0;
await clients[0].ready();
setInterval(() => {
  turn += 1;
  const client = clients[turn % count];
  const context = turn % contexts.length;
  const { version } = client;
  const decisions = keys.map((flag) => {
    const { value, variant, reason, errorCode } = client.evaluate(flag, contexts[context]);
    return { key: flag, context, value, variant, reason, errorCode };
  });
  const live = clients.filter(({ state }) => state === 'live').length;
  process.stdout.write(`${JSON.stringify({ live, version, decisions })}\n`);
}, 20);
