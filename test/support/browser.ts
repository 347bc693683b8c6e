import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, chromium as driver } from 'playwright-core';

/**
 * A real Chromium. Where none is installed, Debian's package is, if this process may; else one loud line is written and the
 * caller skips.
 *
 * @returns  a running browser, to be closed by the caller; `undefined`: skip
 */
export async function chromium(): Promise<Browser | undefined> {
  const executablePath = findChromium() ?? installChromium();
  if (executablePath === undefined) {
    process.stderr.write(
      '\nSKIPPED: no Chromium here, and no right to install one. Set BURGEE_CHROMIUM to its path.\n\n',
    );
    return undefined;
  }
  return driver.launch({ executablePath, args: quiet });
}

function findChromium(): string | undefined {
  const given = process.env.BURGEE_CHROMIUM;
  return [...(given === undefined ? [] : [given]), ...usualPlaces].find((path) => existsSync(path));
}

/** One process installs, the others wait for it. */
function installChromium(): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  const install =
    'test -x /usr/bin/chromium || { apt-get update && apt-get install -y --no-install-recommends chromium; }';
  try {
    execFileSync('flock', ['/tmp/burgee-chromium.lock', 'sh', '-c', install], {
      stdio: 'ignore',
      timeout: installTimeoutMs,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch (cause) {
    process.stderr.write(`\nChromium could not be installed: ${String(cause)}\n`);
  }
  return findChromium();
}

const installTimeoutMs = 300_000;

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Nothing that talks to a host of its own accord. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
