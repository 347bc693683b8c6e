import { eventually } from '@burgee/test/support';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromium } from '../support/browser.ts';
import { type RunningAdmin, startAdmin } from './admin.support.ts';
import { expectText, giveReason, type Visit, visit } from './browsing.support.ts';
import { plantImported } from './targeting.support.ts';

const browser = await chromium();

describe.skipIf(browser === undefined)('targeting', () => {
  let admin: RunningAdmin;
  let tab: Visit;

  beforeAll(async () => {
    admin = await startAdmin();
    await plantImported(admin);
    tab = await visit(browser!, admin);
  });
  afterAll(async () => {
    await browser?.close();
    await admin.stop();
  });

  const targeting = (flag: string) => tab.go(`/projects/shop/flags/${flag}?tab=targeting&environment=production`);
  const stored = async (flag: string) => {
    const [row] = await admin.database.sql(`
      select rules, requires, default_serve, semantics, foreign_rule
      from burgee.flag_setting
      join burgee.flag on flag.id = flag_id join burgee.environment on environment.id = environment_id
      where flag.key = '${flag}' and environment.key = 'production'`);
    return row;
  };
  async function save(page: Page, reason: string): Promise<void> {
    await page.getByRole('button', { name: 'Save targeting' }).click();
    await giveReason(page, reason, 'Save');
    await page.getByText('Targeting saved').or(page.getByRole('alert')).first().waitFor();
    expect(await page.getByRole('alert').allTextContents()).toEqual([]);
    await page.getByRole('region', { name: 'Unsaved changes' }).waitFor({ state: 'hidden' });
  }
  async function choose(page: Page, label: string, option: string): Promise<void> {
    await page.getByLabel(label, { exact: true }).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  }

  test('a percentage is counted by company, else by user, with a seed that other flags share', async () => {
    const { page } = tab;
    await targeting('new-checkout');
    await page.getByRole('button', { name: 'Open rule 2' }).click();
    await choose(page, 'Counted by, rollout of rule 2', 'by another attribute');
    await expectText(page, /one thing is not right yet/);
    await page.getByLabel('Attribute 1, rollout of rule 2').fill('company');
    await page.getByRole('button', { name: 'Else by another attribute, rollout of rule 2' }).click();
    await page.getByRole('group', { name: 'rule 2' }).getByText('Advanced').first().click();
    await page.getByLabel('Seed, rollout of rule 2').fill('autumn');
    await expectText(page, / by company, else user with seed autumn/);
    await save(page, 'Whole companies at once');
    expect(await stored('new-checkout')).toMatchObject({
      rules: [{}, { rollout: { percent: expect.any(Number), by: ['company', 'targetingKey'], seed: 'autumn' } }],
    });
    await expectText(page, / by company, else user with seed autumn/);
  });

  test('a prerequisite says what is served while it does not hold', async () => {
    const { page } = tab;
    await targeting('express-delivery');
    await page
      .getByRole('group', { name: 'prerequisites' })
      .getByRole('button', { name: 'Add a prerequisite' })
      .click();
    await expectText(page, 'choose a flag');
    await choose(page, 'Flag, prerequisite 1, prerequisites', 'dark-storefront');
    await choose(page, 'Variants, prerequisite 1, prerequisites', 'on');
    await page.keyboard.press('Escape');
    await choose(page, 'Otherwise, prerequisite 1, prerequisites', 'the default in the code');
    await page.getByText('One change not saved').click();
    await expectText(page, 'dark-storefront is on (else the default in the code)');
    await save(page, 'Dark shops first');
    const { requires } = (await stored('express-delivery')) as { requires: unknown };
    expect(requires).toEqual([{ flag: 'dark-storefront', variants: ['on'], else: null }]);
  });

  test('a group inside a group, and ignored case, are built with the keyboard alone', async () => {
    const { page } = tab;
    await targeting('nordic-launch');
    const before = (await stored('nordic-launch')) as { rules: unknown[] };
    const rule = `rule ${before.rules.length + 1}`;
    await page.getByRole('button', { name: 'Add a rule' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel(`Attribute, condition 1, ${rule}`).fill('country');
    await page.getByLabel(`Values, condition 1, ${rule}`, { exact: true }).fill('no');
    await page.keyboard.press('Enter');
    await page.getByLabel(`Ignore case, condition 1, ${rule}`).focus();
    await page.keyboard.press('Space');
    const addTo = async (name: RegExp, downs: number) => {
      await page.getByRole('group', { name: rule, exact: true }).getByRole('button', { name }).last().focus();
      await page.keyboard.press('Enter');
      await page.getByRole('menu').waitFor();
      for (let index = 0; index < downs; index += 1) await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.getByRole('menu').waitFor({ state: 'hidden' });
    };
    await addTo(/^Add a condition$/, 2);
    await addTo(new RegExp(`^Add a condition to ${rule}, group 2$`), 2);
    await page.getByLabel(`Remove condition 1, ${rule}, group 2`, { exact: true }).press('Enter');
    await page.getByLabel(`Attribute, condition 1, ${rule}, group 2, group 1`).fill('ip');
    await page.getByLabel(`Operator, condition 1, ${rule}, group 2, group 1`).press('Enter');
    const at = page.locator('[role=option][data-highlighted]');
    for (let text = await at.textContent(); text !== 'is in network'; text = await at.textContent()) {
      await page.keyboard.press('ArrowDown');
      await eventually(async () => expect(await at.textContent()).not.toBe(text));
    }
    await page.keyboard.press('Enter');
    await page.getByLabel(`Values, condition 1, ${rule}, group 2, group 1`, { exact: true }).fill('10.0.0.0/8');
    await page.keyboard.press('Enter');
    await save(page, 'Norway, and the office');
    const after = (await stored('nordic-launch')) as { rules: { if?: unknown }[] };
    expect(after.rules.slice(0, -1)).toEqual(before.rules);
    expect(after.rules.at(-1)?.if).toEqual([
      { attr: 'country', op: 'in', values: ['no'], ignoreCase: true },
      { any: [{ any: [{ attr: 'ip', op: 'in_cidr', values: ['10.0.0.0/8'] }] }] },
    ]);
  });

  test('a phone shows groups of conditions without scrolling sideways', async () => {
    const { page } = tab;
    const usual = page.viewportSize()!;
    await page.setViewportSize({ width: 390, height: 844 });
    await targeting('nordic-launch');
    await page
      .getByRole('button', { name: /^Open rule/ })
      .last()
      .click();
    await page.getByLabel(/^Values, condition 1, rule \d+, group 2, group 1$/).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await page.setViewportSize(usual);
  });

  test('a value of its own may be an empty text', async () => {
    const { page } = tab;
    await targeting('free-shipping-banner');
    await choose(page, 'variant for everyone else', 'a value of its own');
    const value = page.getByLabel('Value, variant for everyone else');
    expect(await value.inputValue()).toBe('');
    await value.fill('Free today');
    await value.fill('');
    await save(page, 'No banner');
    expect(await stored('free-shipping-banner')).toMatchObject({ default_serve: { value: '' } });
    await targeting('free-shipping-banner');
    expect(await value.inputValue()).toBe('');
  });

  test('a flag that follows Unleash is edited in the words of Unleash', async () => {
    const { page } = tab;
    await targeting('rollout-plan');
    await expectText(page, 'follows Unleash');
    await page.getByRole('button', { name: 'Open rule 1' }).click();
    await choose(page, 'Counted by, rollout of rule 1', 'by session id');
    await page.getByLabel('Weight of red, variant of rule 1').fill('1000');
    await save(page, 'More red');
    expect(await stored('rollout-plan')).toMatchObject({
      semantics: 'unleash',
      rules: [
        {
          rollout: { by: ['sessionId'], percent: 25 },
          serve: {
            split: [
              ['on', 1000, { variant: 'red' }],
              ['on', 667, {}],
            ],
          },
        },
      ],
    });
  });

  test('a flag of flagd is edited as JSON; what flagd could not load is not saved', async () => {
    const { page } = tab;
    await targeting('banner-text');
    const definition = page.getByLabel('Definition, as flagd writes it');
    const text = await definition.inputValue();
    await definition.fill(
      text.replace('"calm"', '"quiet"').replace('"defaultVariant": "calm"', '"defaultVariant": "gone"'),
    );
    await expectText(page, 'no variant named gone');
    expect(await page.getByRole('button', { name: 'Save targeting' }).isDisabled()).toBe(true);
    await definition.fill('null');
    await expectText(page, 'is missing');
    await definition.fill(`${text},`);
    await expectText(page, /not JSON/);
    expect(await page.getByRole('button', { name: 'Save targeting' }).isDisabled()).toBe(true);
    await definition.fill(text.replace('"SE"', '"SE", "DK"'));
    await page.getByText('One change not saved').click();
    await expectText(page.getByRole('region', { name: 'Unsaved changes' }), '"DK"');
    await save(page, 'Denmark too');
    expect(await stored('banner-text')).toMatchObject({
      semantics: 'flagd-2',
      foreign_rule: { targeting: { if: [{ in: [{ var: 'country' }, ['NO', 'SE', 'DK']] }, 'loud', 'calm'] } },
    });
    await tab.go('/projects/shop/flags/banner-text?tab=explain&environment=production');
    await page.getByLabel('Value of country').fill('DK');
    await page.getByRole('button', { name: 'Explain' }).click();
    await eventually(async () =>
      expect(await page.locator('section', { has: page.locator('#answer') }).textContent()).toContain('SALE!'),
    );
  });

  test('a flag of flagd is converted once it was compared, and stored like any change', async () => {
    const { page } = tab;
    await targeting('banner-text');
    await page.getByRole('button', { name: 'Convert to Burgee' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await expectText(dialog, 'Decides alike for 1,000 of 1,000');
    await expectText(dialog, 'If country is one of NO, SE, DK → loud');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await page.getByRole('region', { name: 'Unsaved changes' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Convert to Burgee' }).click();
    await dialog.getByRole('button', { name: 'Use the converted flag' }).click();
    await page.getByRole('button', { name: 'Open rule 1' }).waitFor();
    expect(await page.getByText('follows flagd').count()).toBe(0);
    await save(page, 'Ours now');
    expect(await stored('banner-text')).toMatchObject({
      semantics: null,
      foreign_rule: null,
      default_serve: 'calm',
      rules: [{ if: [{ attr: 'country', op: 'in', values: ['NO', 'SE', 'DK'] }], serve: 'loud' }],
    });
    expect(tab.complaints).toEqual([]);
  });
});
