import { existsSync } from 'node:fs';
import sparticuz from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/** What to do where `launchBrowser` finds none: the reason to skip a test with. */
export const noBrowser =
  'There is no browser: install the package chromium (apt install chromium), or run npm ci on Linux for the one in @sparticuz/chromium.';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const systemChromium = '/usr/bin/chromium';

/** Starts the system's Chromium, or the one that npm has brought. @returns undefined where neither runs. */
export async function launchBrowser(...more: string[]): Promise<Browser | undefined> {
  try {
    const executablePath = existsSync(systemChromium) ? systemChromium : await sparticuz.executablePath();
    return await chromium.launch({ executablePath, args: [...flags, ...more] });
  } catch {
    return undefined;
  }
}
