import type { Page } from 'playwright-core';
import type { Product } from './product.ts';

/** A way to switch the watched flag in production, and what the audit log must say of it. */
export interface Door {
  readonly name: string;
  readonly entry: { readonly door: string; readonly actor: string };
  switch(enabled: boolean, reason: string): Promise<void>;
}

export const watched = 'refund-orders';
const ada = 'ada@shop.example';
const operator = 'operator@localhost';

export function doorsOf(product: Product, admin: Page): readonly Door[] {
  return [
    {
      name: 'the admin',
      entry: { door: 'ui', actor: operator },
      switch: (enabled, reason) => switchInAdmin(admin, enabled, reason),
    },
    {
      name: 'GraphQL with an access token',
      entry: { door: 'cli', actor: operator },
      switch: (enabled, reason) => switchByGraphql(product, enabled, reason),
    },
    {
      name: "SQL as Hasura's login with hasura.user set",
      entry: { door: 'hasura', actor: ada },
      switch: async (enabled, reason) => {
        const [member] = await product.rows<{ id: string }>('select id from burgee.member where email = $1', [ada]);
        const claims = { 'x-hasura-role': 'burgee_member', 'x-hasura-burgee-member-id': member?.id };
        await product.asOwner(
          'set local role burgee_hasura',
          `select set_config('hasura.user', '${JSON.stringify(claims)}', true)`,
          updateOf(enabled, reason),
        );
      },
    },
    {
      name: 'psql as the owner',
      entry: { door: 'sql', actor: 'db:burgee_owner' },
      switch: (enabled, reason) => product.asOwner(updateOf(enabled, reason)),
    },
  ];
}

/** Switching on in production asks why; switching off acts at once. */
async function switchInAdmin(page: Page, enabled: boolean, reason: string): Promise<void> {
  await page.getByRole('switch', { name: `${watched} in Production` }).click();
  if (!enabled) return;
  await page.getByRole('dialog').getByLabel('Reason').fill(reason);
  await page.getByRole('dialog').getByRole('button', { name: 'Switch on' }).click();
}

async function switchByGraphql({ api, accessToken }: Product, enabled: boolean, reason: string): Promise<void> {
  const query = 'mutation ($input: SwitchFlagInput!) { switchFlag(input: $input) { enabled revision } }';
  const input = { project: 'shop', environment: 'production', key: watched, enabled, reason };
  const answer = await fetch(`${api}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const { errors } = (await answer.json()) as { errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
}

function updateOf(enabled: boolean, reason: string): string {
  return `
    update burgee.flag_setting setting
    set enabled = ${enabled}, change_reason = '${reason}'
    from burgee.flag, burgee.environment
    where flag.id = setting.flag_id
      and environment.id = setting.environment_id
      and flag.key = '${watched}'
      and environment.key = 'production'`;
}
