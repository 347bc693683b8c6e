import { eventually } from '@burgee/test/support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { managedShop } from '../graphql/graphql.support.ts';

let shop: Awaited<ReturnType<typeof managedShop>>;
beforeAll(async () => {
  shop = await managedShop();
});
afterAll(() => shop.stop());

/** Opens the stream and collects its text. */
async function listen(headers: Record<string, string>) {
  const abort = new AbortController();
  const response = await fetch(`${shop.api.url}/v1/changes`, { headers, signal: abort.signal });
  let text = '';
  const done = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
  })().catch(() => undefined);
  const events = () =>
    [...text.matchAll(/event: changed\nid: (\S+)\ndata: (.*)\n\n/g)].map(([, id, data]) => ({
      id,
      data: JSON.parse(data ?? '') as unknown,
    }));
  await eventually(() => expect(text).toContain('retry:'));
  return {
    response,
    events,
    text: () => text,
    close: async () => {
      abort.abort();
      await done;
    },
  };
}

test('tells which flag changed where, and nothing of its rules', async () => {
  const stream = await listen({ authorization: `Bearer ${shop.tokens.viewer}` });
  try {
    expect(stream.response.headers.get('content-type')).toContain('text/event-stream');
    await shop.get(
      'developer',
      `mutation { targetFlag(input: { project: "shop", environment: "staging", key: "search-v2", revision: "${await revision()}", rules: [{ id: "secret-rule", if: [{ attr: "email", op: "equals", values: ["kim@x"] }] }] }) { revision } }`,
    );
    await eventually(() => expect(stream.events()).not.toHaveLength(0));
    const [{ version }] = (await shop.database.sql(
      `select burgee.version_text(environment) as version from burgee.environment where key = 'staging'`,
    )) as [{ version: string }];
    expect(stream.events()).toEqual([
      { id: version, data: { environment: { project: 'shop', key: 'staging' }, version, flags: ['search-v2'] } },
    ]);
    expect(stream.text()).not.toContain('secret-rule');
  } finally {
    await stream.close();
  }
});

test('tells a stranger nothing', async () => {
  const stream = await listen({ authorization: `Bearer ${shop.tokens.stranger}` });
  const member = await listen({ authorization: `Bearer ${shop.tokens.viewer}` });
  try {
    await shop.get(
      'admin',
      'mutation { switchFlag(input: { project: "shop", environment: "staging", key: "payments-kill-switch", enabled: false }) { revision } }',
    );
    await shop.get(
      'admin',
      'mutation { switchFlag(input: { project: "shop", environment: "staging", key: "payments-kill-switch", enabled: true }) { revision } }',
    );
    await eventually(() => expect(member.events()).not.toHaveLength(0));
    expect(stream.events()).toEqual([]);
  } finally {
    await stream.close();
    await member.close();
  }
});

test('opens to members only', async () => {
  expect((await fetch(`${shop.api.url}/v1/changes`)).status).toBe(401);
  expect((await fetch(`${shop.api.url}/v1/changes`, { headers: { authorization: 'Bearer bgp_x' } })).status).toBe(401);
});

async function revision(): Promise<string> {
  const { flag } = await shop.get(
    'viewer',
    '{ flag(project: "shop", key: "search-v2") { setting(environment: "staging") { revision } } }',
  );
  return flag.setting.revision;
}
