import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { eventually } from '@burgee/test/support';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { RunningAdmin } from './admin.support.ts';

export const administrator = { name: 'Root', email: 'root@shop.example', password: 'correct horse battery' };

/** A tab in which the first administrator is signed in, and what went wrong in it. */
export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Addresses of other hosts that the page asked, and errors in its console. */
  readonly complaints: readonly string[];
  go(path: string): Promise<void>;
}

/** Redeems the setup link once, by its door, and opens a tab. */
export async function visit(browser: Browser, admin: RunningAdmin, scheme: 'light' | 'dark' = 'light'): Promise<Visit> {
  const context = await browser.newContext({ colorScheme: scheme, reducedMotion: 'reduce', baseURL: admin.url });
  context.setDefaultTimeout(20_000);
  await signIn(context, admin);
  return open(context, admin);
}

export async function open(context: BrowserContext, admin: RunningAdmin): Promise<Visit> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.origin !== admin.url) complaints.push(`asked ${url.href}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`threw: ${error.message}`));
  return {
    page,
    context,
    complaints,
    go: async (path) => {
      await page.goto('about:blank'); // else only the hash changes, and what is waited for may still be the page before
      await page.goto(`/#${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
    },
  };
}

async function signIn(context: BrowserContext, admin: RunningAdmin): Promise<void> {
  const headers = { 'x-burgee-csrf': '1', origin: admin.url };
  const token = admin.setupPath.split('token=')[1];
  const set = await context.request.post('/auth/setup', { headers, data: { token, ...administrator } });
  const { email, password } = administrator;
  const signed = set.ok() ? set : await context.request.post('/auth/sign-in', { headers, data: { email, password } });
  expect(signed.status(), await signed.text()).toBeLessThan(300);
}

/** Waits until the switch stands as it should. */
export async function expectSwitch(page: Page, name: string, state: 'on' | 'off'): Promise<void> {
  await eventually(async () => {
    expect(await page.getByRole('switch', { name }).getAttribute('aria-checked')).toBe(String(state === 'on'));
  });
}

/** Waits for a text anywhere inside. */
export async function expectText(inside: Page | Locator, text: string | RegExp): Promise<void> {
  await inside.getByText(text).first().waitFor({ state: 'visible' });
}

export async function giveReason(page: Page, reason: string, confirm: string): Promise<void> {
  // another dialog may follow at once, such as the one of a conflict
  const dialog = page.getByRole('dialog').filter({ has: page.getByLabel('Reason') });
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name: confirm }).click();
  await dialog.waitFor({ state: 'hidden' });
}

/** What axe finds wrong on the page as it stands, one line per place. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: tool } = globalThis as unknown as { axe: { run(): Promise<AxeResult> } };
    const { violations: found } = await tool.run();
    return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
  });
}

interface AxeResult {
  violations: { id: string; nodes: { html: string }[] }[];
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
