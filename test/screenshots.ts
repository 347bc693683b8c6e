/** Takes the pictures of docs/images from what `npm start` runs: `npm run screenshots`, best on a fresh `BURGEE_DATA_DIR`. */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from './support/browser.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = path.join(root, 'docs/images');
const pages: Readonly<Record<string, { readonly at: string; readonly press?: string }>> = {
  flags: { at: '/projects/shop/flags' },
  targeting: { at: '/projects/shop/flags/new-checkout?tab=targeting&environment=production', press: 'Open rule 2' },
  stale: { at: '/projects/shop/stale' },
};

const dataDir = path.resolve(root, process.env.BURGEE_DATA_DIR ?? '.burgee');
const running: { admin: string; accessToken: string } = JSON.parse(
  readFileSync(path.join(dataDir, 'running.json'), 'utf8'),
);
const browser = await chromium();
if (browser === undefined) process.exit(1);
mkdirSync(folder, { recursive: true });
const context = await browser.newContext({
  baseURL: running.admin,
  viewport: { width: 1360, height: 900 },
  colorScheme: 'light',
  reducedMotion: 'reduce',
});
const signedIn = await context.request.post('/auth/sign-in-with-token', {
  headers: { 'x-burgee-csrf': '1', origin: running.admin },
  data: { accessToken: running.accessToken },
});
if (!signedIn.ok()) throw new Error(`Signing in was refused: ${await signedIn.text()}`);
for (const [name, { at, press }] of Object.entries(pages)) {
  const page = await context.newPage();
  await page.goto(`/#${at}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  if (press !== undefined) await page.getByRole('button', { name: press }).click();
  await page.getByText('Live').first().waitFor();
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    scrollTo(0, 0);
  });
  await page.mouse.move(0, 0);
  await page.waitForLoadState('networkidle', { timeout: 1_000 }).catch(() => undefined); // the stream never ends
  const picture = await page.screenshot({ path: path.join(folder, `${name}.png`) });
  process.stdout.write(`docs/images/${name}.png  ${Math.round(picture.length / 1024)} kB\n`);
}
await browser.close();
