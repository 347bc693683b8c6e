import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromium } from '../support/browser.ts';
import { type RunningAdmin, startAdmin } from './admin.support.ts';
import { administrator, expectSwitch, expectText, open, type Visit, visit } from './browsing.support.ts';

const browser = await chromium();

describe.skipIf(browser === undefined)('people', () => {
  let admin: RunningAdmin;
  let tab: Visit;

  beforeAll(async () => {
    admin = await startAdmin();
  });
  afterAll(async () => {
    await browser?.close();
    await admin.stop();
  });

  test('the first administrator is made by the setup link and is signed in', async () => {
    const context = await browser!.newContext({ baseURL: admin.url });
    const { page, complaints } = await open(context, admin);
    await page.goto(admin.setupPath);
    await page.getByLabel('Name').fill(administrator.name);
    await page.getByLabel('E-mail').fill(administrator.email);
    await page.getByLabel('Password').fill('short');
    await page.getByRole('button', { name: 'Create the administrator' }).click();
    await page.getByRole('alert').or(page.getByText('at least 12 characters')).first().waitFor();
    await page.getByLabel('Password').fill(administrator.password);
    await page.getByRole('button', { name: 'Create the administrator' }).click();
    await page.getByRole('link', { name: /Shop/ }).click();
    await page.getByRole('heading', { name: 'Flags', level: 1 }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a wrong password is refused in words, the right one leads to where one wanted to go', async () => {
    const context = await browser!.newContext({ baseURL: admin.url });
    const { page } = await open(context, admin);
    await page.goto('/#/projects/shop/segments');
    await page.getByLabel('E-mail').fill(administrator.email);
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Password').fill(administrator.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', { name: 'Segments', level: 1 }).waitFor();
    await page.getByRole('button', { name: /Root/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
    await context.close();
  });

  test('an API key is shown once, and only its beginning afterwards', async () => {
    tab = await visit(browser!, admin);
    const { page } = tab;
    await tab.go('/projects/shop/keys');
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('storefront of a test');
    await page.getByRole('button', { name: 'Create key' }).click();
    const secret = page.getByLabel('secret', { exact: true });
    await expectText(page, 'This is the only time it is shown');
    const text = (await secret.textContent()) ?? '';
    expect(text).toMatch(/^bgy_client_development_[0-9A-Za-z]{28}$/);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByRole('rowheader', { name: 'storefront of a test' }).waitFor();
    expect(await page.content()).not.toContain(text);
    const { status } = await fetch(`${admin.url}/v1/decisions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${text}`, 'content-type': 'application/json' },
      body: '{"context":{"targetingKey":"a"}}',
    });
    expect(status).toBe(200);
  });

  test('a flag is found, opened and switched with the keyboard alone', async () => {
    const { page } = tab;
    await tab.go('/projects/shop/flags');
    await page.getByRole('rowheader').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('nordic');
    await expectText(page, '1 of 1 flags');
    await page.getByRole('link', { name: 'Nordic launch' }).focus();
    for (let presses = 0; presses < 3; presses += 1) {
      await page.keyboard.press('Tab');
      if (
        (await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))) === 'nordic-launch in Staging'
      )
        break;
    }
    await page.keyboard.press('Space');
    await expectSwitch(page, 'nordic-launch in Staging', 'off');
    await page.getByRole('link', { name: 'Nordic launch' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Nordic launch', level: 1 }).waitFor();
    await page.getByRole('tab', { name: 'Overview' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('heading', { name: 'Rules' }).waitFor();
  });

  test('the arrow keys go from flag to flag', async () => {
    const { page } = tab;
    await tab.go('/projects/shop/flags');
    const links = page.locator('a[data-flag]');
    await links.first().focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe(
      (await links.nth(1).textContent())?.trim(),
    );
  });

  test('a flag is created, switched off everywhere, and its key is not taken twice', async () => {
    const { page } = tab;
    await tab.go('/projects/shop/flags');
    for (const attempt of ['first', 'second'] as const) {
      await page.getByRole('button', { name: /New flag/ }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name', { exact: true }).fill('Click and collect');
      await dialog.getByLabel('Owner').fill('checkout');
      await dialog.getByRole('button', { name: 'Create flag' }).click();
      if (attempt === 'second') {
        await expectText(dialog, 'KEY_EXISTS');
        continue;
      }
      await page.getByRole('heading', { name: 'Click and collect', level: 1 }).waitFor();
      await expectSwitch(page, 'click-and-collect in Production', 'off');
      await tab.go('/projects/shop/flags');
    }
  });

  test('a project without a production environment carries a warning', async () => {
    const { page } = tab;
    await tab.go('/');
    await page.getByRole('button', { name: 'New project' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Blog');
    await page.getByRole('dialog').getByLabel('Key').fill('blog');
    await page.getByRole('button', { name: 'Create project' }).click();
    await page.getByRole('heading', { name: 'Environments', level: 1 }).waitFor();
    await expectText(page, /has no environment/);
    expect(tab.complaints).toEqual([]);
  });
});
