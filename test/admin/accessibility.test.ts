import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromium } from '../support/browser.ts';
import { type RunningAdmin, startAdmin } from './admin.support.ts';
import { open, type Visit, violations, visit } from './browsing.support.ts';
import { plantImported } from './targeting.support.ts';
import { plantUnknownFlags } from './unknown-flags.support.ts';

const browser = await chromium();

const click = (name: string | RegExp) => async (page: Page) => {
  await page.getByRole('button', { name }).first().click();
};
const shop = '/projects/shop';
const targeting = (flag: string) => `${shop}/flags/${flag}?tab=targeting&environment=production`;
async function rolloutByCompany(page: Page): Promise<void> {
  await click('Open rule 2')(page);
  await page.getByLabel('Counted by, rollout of rule 2').click();
  await page.getByRole('option', { name: 'by another attribute' }).click();
  await page.getByRole('group', { name: 'rule 2' }).getByText('Advanced').first().click();
}
async function noJson(page: Page): Promise<void> {
  await page.getByLabel('Definition, as flagd writes it').fill('{');
}
async function convert(page: Page): Promise<void> {
  await click('Convert to Burgee')(page);
  await page.getByRole('dialog').getByText('of 1,000').waitFor();
}
type Look = [name: string, path: string, act?: (page: Page) => Promise<void>];
/** Every page, and the dialogs and states that hide on them. */
const pages: Look[] = [
  ['projects', '/'],
  ['flags', `${shop}/flags`],
  ['flags, nothing found', `${shop}/flags?search=nothing-like-this`],
  ['new flag', `${shop}/flags`, click(/New flag/)],
  ['flag', `${shop}/flags/gift-cards`],
  ['edit flag', `${shop}/flags/checkout-layout`, click('Edit')],
  ['targeting', `${shop}/flags/nordic-launch?tab=targeting&environment=production`, click('Open rule 2')],
  ['split', `${shop}/flags/recommendations?tab=targeting&environment=production`, click('Open rule 1')],
  ['new rule', `${shop}/flags/nordic-launch?tab=targeting&environment=production`, click('Add a rule')],
  ['explain', `${shop}/flags/nordic-launch?tab=explain`, click('Explain')],
  ['history', `${shop}/flags/gift-cards?tab=history`],
  ['segments', `${shop}/segments`],
  ['segment', `${shop}/segments/staff`],
  ['stale', `${shop}/stale`],
  ['audit', `${shop}/audit`],
  ['keys', `${shop}/keys`],
  ['new key', `${shop}/keys`, click('New key')],
  ['members', `${shop}/members`],
  ['environments', `${shop}/settings`],
  ['access tokens', '/account'],
  ['no such flag', `${shop}/flags/nowhere`],
  ['no such page', '/nowhere'],
];

/** The whole flag model, and flags of other systems. */
const editors: Look[] = [
  ['targeting of a rollout by company', targeting('new-checkout'), rolloutByCompany],
  ['targeting as Unleash has it', targeting('rollout-plan'), click('Open rule 1')],
  ['targeting as flagd has it', targeting('banner-text')],
  ['targeting that is no JSON', targeting('banner-text'), noJson],
  ['conversion', targeting('banner-text'), convert],
  ['explanation of another system', `${shop}/flags/banner-text?tab=explain`, click('Explain')],
];

describe.skipIf(browser === undefined)('accessibility', () => {
  let admin: RunningAdmin;

  beforeAll(async () => {
    admin = await startAdmin();
    await plantImported(admin);
    await plantUnknownFlags(admin.database);
  });
  afterAll(async () => {
    await browser?.close();
    await admin.stop();
  });

  test.each([
    ['light', 'page', pages],
    ['dark', 'page', pages],
    ['light', 'editor', editors],
    ['dark', 'editor', editors],
  ] as const)(
    'axe finds nothing in %s on any %s, and no other host is asked',
    async (scheme, _kind, looks) => {
      const tab = await visit(browser!, admin, scheme);
      const found: string[] = [];
      for (const [name, path, act] of looks) {
        found.push(...(await look(tab, path, act)).map((line) => `${name}: ${line}`));
      }
      expect(found).toEqual([]);
      expect(tab.complaints).toEqual([]);
      await tab.context.close();
    },
    240_000,
  );

  test.each(['light', 'dark'] as const)('axe finds nothing in %s before signing in', async (scheme) => {
    const context = await browser!.newContext({ colorScheme: scheme, baseURL: admin.url });
    const { page, go } = await open(context, admin);
    for (const path of ['/sign-in', '/setup?token=abc', '/setup']) {
      await go(path);
      expect(await violations(page)).toEqual([]);
    }
    await context.close();
  });

  /** A fresh document each time: nothing is left of the dialog before. */
  async function look(tab: Visit, path: string, act?: (page: Page) => Promise<void>): Promise<string[]> {
    await tab.page.goto('about:blank');
    await tab.go(path);
    await act?.(tab.page);
    await tab.page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null);
    return violations(tab.page);
  }
});
