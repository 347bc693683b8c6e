import { eventually } from '@burgee/test/support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromium } from '../support/browser.ts';
import { type RunningAdmin, startAdmin } from './admin.support.ts';
import { expectSwitch, expectText, giveReason, type Visit, visit } from './browsing.support.ts';
import { plantUnknownFlags } from './unknown-flags.support.ts';

const browser = await chromium();

describe.skipIf(browser === undefined)('changes', () => {
  let admin: RunningAdmin;
  let tab: Visit;

  beforeAll(async () => {
    admin = await startAdmin();
    tab = await visit(browser!, admin);
  });
  afterAll(async () => {
    await browser?.close();
    await admin.stop();
  });

  /** As somebody with psql would. */
  const bySql = (flag: string, assignment: string) =>
    admin.database.run(`
      set local burgee.reason = 'by hand';
      update burgee.flag_setting set ${assignment}
      where flag_id = (select id from burgee.flag where key = '${flag}')
        and environment_id = (select id from burgee.environment where key = 'production' and is_production);`);
  const expectEntry = (entry: { actor?: string; door?: string; reason: string | null; emergency?: boolean }) =>
    eventually(async () => {
      const [last] = await admin.database.sql(
        'select actor, door, reason, emergency from burgee.audit_entry order by id desc limit 1',
      );
      expect(last).toMatchObject(entry);
    });

  test('switching off in production acts at once, and the reason may follow', async () => {
    const { page } = tab;
    await tab.go('/projects/shop/flags');
    await page.getByRole('switch', { name: 'dark-storefront in Production' }).click();
    await expectSwitch(page, 'dark-storefront in Production', 'off');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await expectText(page, 'dark-storefront is off in Production');
    await expectEntry({ actor: 'root@shop.example', door: 'ui', reason: null, emergency: true });
    await page.getByRole('button', { name: 'Add a reason' }).click();
    await giveReason(page, 'The contrast is wrong', 'Add the reason');
    await expectText(page, 'The reason was added');
    await expectEntry({ actor: 'root@shop.example', reason: 'The contrast is wrong' });
  });

  test('switching on in production asks for a reason, and does nothing without one', async () => {
    const { page } = tab;
    await page.getByRole('switch', { name: 'dark-storefront in Production' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Switch on' }).click();
    await expectText(page, 'say why, in a few words');
    await page.keyboard.press('Escape');
    await expectSwitch(page, 'dark-storefront in Production', 'off');
    await page.getByRole('switch', { name: 'dark-storefront in Production' }).click();
    await giveReason(page, 'Contrast mended', 'Switch on');
    await expectSwitch(page, 'dark-storefront in Production', 'on');
    await expectEntry({ door: 'ui', reason: 'Contrast mended', emergency: false });
  });

  test('a kill switch asks for nothing, in both directions', async () => {
    const { page } = tab;
    await page.getByRole('switch', { name: 'payments-kill-switch in Production' }).click();
    await expectSwitch(page, 'payments-kill-switch in Production', 'off');
    await page.getByRole('switch', { name: 'payments-kill-switch in Production' }).click();
    await expectSwitch(page, 'payments-kill-switch in Production', 'on');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test('a switch flipped elsewhere moves by itself', async () => {
    await bySql('checkout-layout', 'enabled = false');
    await expectSwitch(tab.page, 'checkout-layout in Production', 'off');
    await bySql('checkout-layout', 'enabled = true');
    await expectSwitch(tab.page, 'checkout-layout in Production', 'on');
  });

  test('a refused switch goes back to where it was and says why', async () => {
    const { page, context } = tab;
    await context.route('**/graphql', async (route) => {
      const isSwitch = route.request().postData()?.includes('SwitchFlag') ?? false;
      const refusal = {
        message: 'You may not change production.',
        extensions: { code: 'FORBIDDEN', fix: 'Ask a product owner.' },
      };
      return isSwitch ? route.fulfill({ json: { data: null, errors: [refusal] } }) : route.continue();
    });
    await page.getByRole('switch', { name: 'search-v2 in Production' }).click();
    await expectText(page, /search-v2 was not switched · FORBIDDEN/);
    await expectText(page, /Ask a product owner/);
    await expectSwitch(page, 'search-v2 in Production', 'on');
    await context.unroute('**/graphql');
  });

  test('targeting is edited, checked at the field, and stored with a reason', async () => {
    const { page } = tab;
    await tab.go('/projects/shop/flags/new-checkout?tab=targeting&environment=production');
    await page.getByRole('button', { name: 'Open rule 2' }).click();
    const percentage = page.getByRole('spinbutton', { name: 'Percentage, rollout of rule 2' });
    await percentage.fill('150');
    await expectText(page, /one thing is not right yet/);
    expect(await page.getByRole('button', { name: 'Save targeting' }).isDisabled()).toBe(true);
    await percentage.fill('40');
    await page.getByRole('button', { name: 'Save targeting' }).click();
    await giveReason(page, 'More users', 'Save');
    await expectText(page, 'Targeting saved');
    const [row] = await admin.database.sql<{ rollout: number }>(`
      select (rules -> 1 ->> 'rollout')::int rollout from burgee.flag_setting
      join burgee.flag on flag.id = flag_id join burgee.environment on environment.id = environment_id
      where flag.key = 'new-checkout' and environment.key = 'production'`);
    expect(row?.rollout).toBe(40);
  });

  test('a rule is added with a condition of its own', async () => {
    const { page } = tab;
    await page.getByRole('button', { name: 'Add a rule' }).click();
    await page.getByLabel('Attribute, condition 1, rule 3').fill('country');
    await page.getByLabel('Values, condition 1, rule 3', { exact: true }).fill('NO');
    await page.keyboard.press('Enter');
    await page.getByText('One change not saved').click();
    await expectText(page.getByRole('region', { name: 'Unsaved changes' }), 'If country is one of NO → on');
    await page.getByRole('button', { name: 'Save targeting' }).click();
    await giveReason(page, 'Norway first', 'Save');
    await page.getByRole('region', { name: 'Unsaved changes' }).waitFor({ state: 'hidden' });
    await page.getByRole('tab', { name: 'History' }).click();
    await expectText(page, 'Norway first');
    await expectText(page, 'If country is one of NO → on');
  });

  test('an edit that was overtaken is refused with both versions, and can be applied again', async () => {
    const { page } = tab;
    await tab.go('/projects/shop/flags/express-delivery?tab=targeting&environment=production');
    await page.getByLabel('variant while off').click();
    await page.getByRole('option', { name: 'the default in the code' }).click();
    await bySql('express-delivery', `default_serve = '"on"'`);
    await expectText(page, 'Somebody else changed this meanwhile');
    await page.getByRole('button', { name: 'Save targeting' }).click();
    await giveReason(page, 'Nothing while off', 'Save');
    const dialog = page.getByRole('dialog');
    await expectText(dialog, 'express-delivery in Production was changed while you edited it');
    await expectText(dialog.getByRole('region', { name: 'Theirs' }), 'Everyone else');
    await expectText(dialog.getByRole('region', { name: 'Mine' }), 'While off');
    await dialog.getByRole('button', { name: 'Apply mine again' }).click();
    await expectText(page, 'Targeting saved');
  });

  test('explains in words why a user gets what they get', async () => {
    const { page } = tab;
    await tab.go('/projects/shop/flags/nordic-launch?tab=explain&environment=production');
    await page.getByLabel('Targeting key').fill('support-desk');
    await page.getByRole('button', { name: 'Explain' }).click();
    const answer = page.locator('section', { has: page.locator('#answer') });
    await expectText(answer, 'TARGETING_MATCH');
    await expectText(answer, 'Rule 1 · Staff');
    await page.getByLabel('Targeting key').fill('user-1');
    await page.getByLabel('Value of country').fill('DE');
    await page.getByRole('button', { name: 'Explain' }).click();
    await expectText(answer, 'DEFAULT');
  });

  test('archiving says why it is refused', async () => {
    const { page } = tab;
    await tab.go('/projects/shop/flags/new-checkout?tab=overview');
    await page.getByRole('button', { name: 'Archive this flag' }).click();
    await giveReason(page, 'Done', 'Archive');
    await expectText(page, 'IN_USE');
    await expectText(page.getByRole('alert'), /loyalty-points/);
  });

  test('the stale page names the overdue flag, and the audit runs on demand', async () => {
    const { page } = tab;
    await tab.go('/projects/shop/stale');
    const overdue = page.getByRole('region', { name: /Overdue/ });
    await expectText(overdue, 'gift-cards');
    await expectText(overdue, /git grep -nF -e gift-cards/);
    await page.getByRole('button', { name: 'Run the audit now' }).click();
    await expectText(page, /The report of .* is filed/);
    await page.getByRole('link', { name: /Open the daily report/ }).waitFor();
  });

  test('the stale page shows what code asks for in vain, and makes a flag of it', async () => {
    const { page } = tab;
    await plantUnknownFlags(admin.database);
    await tab.go('/projects/shop/stale');
    const unknown = page.getByRole('region', { name: 'Unknown flags' });
    await expectText(unknown, /giftCards\s*did you mean\s*gift-cards\s*\?/);
    await expectText(unknown, /storefront\s*production/);
    await expectText(unknown, '1,234');
    await page.getByRole('button', { name: 'Create the flag made-tomorrow' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByLabel('Key', { exact: false }).first().inputValue()).toBe('made-tomorrow');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  });

  test('the audit log tells who, through which door and why, and can be narrowed', async () => {
    const { page } = tab;
    await tab.go('/projects/shop/audit');
    await page.getByLabel('Flag key').fill('express-delivery');
    await expectText(page, 'Nothing while off');
    await page.getByText('More users').waitFor({ state: 'hidden' });
    expect(tab.complaints).toEqual([]);
  });
});
