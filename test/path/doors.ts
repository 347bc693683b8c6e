import type { Browser, Page } from 'playwright-core';
import type { HasuraContainer } from './containers.ts';
import type { Product } from './product.ts';

/** A way to switch the watched flag in production, and what the audit log must say of it. */
export interface Door {
  readonly entry: { readonly door: string; readonly actor: string };
  switch(enabled: boolean, reason: string): Promise<void>;
}

export const watched = 'refund-orders';
const ada = 'ada@shop.example';
const operator = 'operator@localhost';

/** An open admin page, signed in with the token of `running.json`. */
export async function signIn(browser: Browser, { admin, accessToken }: Product): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${admin}/#/sign-in`);
  await page.getByRole('button', { name: 'Use an access token instead' }).click();
  await page.getByLabel('Access token').fill(accessToken);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((url) => !url.hash.startsWith('#/sign-in'));
  await page.goto(`${admin}/#/projects/shop/flags`);
  await page.getByRole('switch', { name: `${watched} in Production` }).waitFor();
  return page;
}

/** Switching on in production asks why; switching off acts at once. */
export function inAdmin(page: Page): Door {
  return {
    entry: { door: 'ui', actor: operator },
    switch: async (enabled, reason) => {
      await page.getByRole('switch', { name: `${watched} in Production` }).click();
      if (!enabled) return;
      await page.getByRole('dialog').getByLabel('Reason').fill(reason);
      await page.getByRole('dialog').getByRole('button', { name: 'Switch on' }).click();
    },
  };
}

export function byGraphql({ api, accessToken }: Product): Door {
  const query = 'mutation ($input: SwitchFlagInput!) { switchFlag(input: $input) { enabled revision } }';
  return {
    entry: { door: 'cli', actor: operator },
    switch: async (enabled, reason) => {
      const input = { project: 'shop', environment: 'production', key: watched, enabled, reason };
      const answer = await fetch(`${api}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables: { input } }),
      });
      const { errors } = (await answer.json()) as { errors?: unknown };
      if (errors !== undefined) throw new Error(JSON.stringify(errors));
    },
  };
}

/** What Hasura does for a mutation: its login, and the setting that says who asks. */
export function byHasuraLogin(product: Product): Door {
  return {
    entry: { door: 'hasura', actor: ada },
    switch: async (enabled, reason) => {
      const claims = { 'x-hasura-role': 'burgee_member', 'x-hasura-burgee-member-id': await idOf(product, ada) };
      await product.asOwner(
        'set local role burgee_hasura',
        `select set_config('hasura.user', '${JSON.stringify(claims)}', true)`,
        updateOf(enabled, reason),
      );
    },
  };
}

/** The real thing, where it can be had. */
export function byHasura(product: Product, hasura: HasuraContainer): Door {
  const mutation = `mutation ($where: flag_setting_bool_exp!, $set: flag_setting_set_input!) {
    update_flag_setting(where: $where, _set: $set) { affected_rows }
  }`;
  const where = { flag: { key: { _eq: watched } }, environment: { key: { _eq: 'production' } } };
  return {
    entry: { door: 'hasura', actor: ada },
    switch: async (enabled, reason) => {
      const set = { enabled, change_reason: reason };
      await hasura.ask(mutation, { where, set }, await idOf(product, ada));
    },
  };
}

export function byOwner(product: Product): Door {
  return {
    entry: { door: 'sql', actor: 'db:burgee_owner' },
    switch: (enabled, reason) => product.asOwner(updateOf(enabled, reason)),
  };
}

async function idOf(product: Product, email: string): Promise<string> {
  const [member] = await product.rows<{ id: string }>('select id from burgee.member where email = $1', [email]);
  return member?.id ?? '';
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
