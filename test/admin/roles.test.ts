import { eventually } from '@burgee/test/support';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromium } from '../support/browser.ts';
import { type RunningAdmin, startAdmin } from './admin.support.ts';
import { expectText, open, type Visit, visit } from './browsing.support.ts';

const browser = await chromium();
const password = 'a password for the first day';

describe.skipIf(browser === undefined)('roles', () => {
  let admin: RunningAdmin;
  let root: Visit;

  beforeAll(async () => {
    admin = await startAdmin();
    root = await visit(browser!, admin);
  });
  afterAll(async () => {
    await browser?.close();
    await admin.stop();
  });

  test('a viewer reads rules and is offered nothing', async () => {
    const { page, complaints } = await member('Viewer');
    const create = page.getByRole('button', { name: /New flag/ });
    await refused(create, 'This needs the role Developer; yours is Viewer.');
    await refused(page.getByRole('switch', { name: 'new-checkout in Development' }), /needs the role Developer/);
    await page.keyboard.press('n');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await page.getByRole('link', { name: 'API keys' }).count()).toBe(0);

    await page.goto('/#/projects/shop/flags/new-checkout?tab=targeting&environment=production');
    await expectText(page, 'Read only. This needs the role Product owner; yours is Viewer.');
    await page.getByRole('button', { name: 'Open rule 1' }).click();
    await eventually(async () => expect(await page.getByLabel('Note').isDisabled()).toBe(true));
    expect(await page.getByRole('button', { name: 'Add a rule' }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('a developer switches outside production only', async () => {
    const { page } = await member('Developer');
    await refused(page.getByRole('switch', { name: 'new-checkout in Production' }), /role Product owner; yours is Dev/);
    expect(await page.getByRole('switch', { name: 'new-checkout in Development' }).isEnabled()).toBe(true);
    expect(await page.getByRole('button', { name: /New flag/ }).isEnabled()).toBe(true);
    await page.getByRole('link', { name: 'API keys' }).click();
    await refused(
      page.getByRole('button', { name: 'New key' }),
      'This needs the role Administrator; yours is Developer.',
    );
  });

  async function member(role: string): Promise<Visit> {
    const email = `${role.toLowerCase()}@shop.example`;
    await root.go('/projects/shop/members');
    await root.page.getByRole('button', { name: 'Add a member' }).click();
    const dialog = root.page.getByRole('dialog');
    await dialog.getByLabel('Name').fill(`A ${role}`);
    await dialog.getByLabel('E-mail').fill(email);
    await dialog.getByLabel('Role').click();
    await root.page.getByRole('option', { name: role }).click();
    await dialog.getByLabel('First password').fill(password);
    await dialog.getByRole('button', { name: 'Add' }).click();
    await dialog.waitFor({ state: 'hidden' });
    return signedIn(email);
  }

  async function signedIn(email: string): Promise<Visit> {
    const context = await browser!.newContext({ reducedMotion: 'reduce', baseURL: admin.url });
    context.setDefaultTimeout(10_000);
    const headers = { 'x-burgee-csrf': '1', origin: admin.url };
    const answer = await context.request.post('/auth/sign-in', { headers, data: { email, password } });
    expect(answer.status(), await answer.text()).toBeLessThan(300);
    const tab = await open(context, admin);
    await tab.go('/projects/shop/flags');
    return tab;
  }
});

/** It is there, cannot be pressed, and says why. */
async function refused(control: ReturnType<Page['getByRole']>, why: string | RegExp): Promise<void> {
  await control.waitFor();
  expect(await control.isDisabled()).toBe(true);
  expect(await control.getAttribute('title')).toMatch(why);
}
