// How the tests and the pictures of the page start their browser: Debian's Chromium, without any use of the network.
import type { LaunchOptions } from 'playwright-core';

export const launchOptions: LaunchOptions = {
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};
