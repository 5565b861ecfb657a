// What the tests of pages in a real browser share. In: a browser, and where a page lies. Out: complaints.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

export interface PageOptions extends BrowserContextOptions {
  readonly at: string;
  readonly hash?: string;
}

/** Plays with the page. Rejects where the console complains of anything, such as a violated policy, or anything else is asked for. */
export async function onPage(
  browser: Browser,
  { at, hash = '', ...options }: PageOptions,
  play: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => complaints.push(`dialog ${dialog.message()}`));
    page.on('request', (request) => {
      if (request.url().split(/[?#]/)[0] !== at) complaints.push(`request of ${request.url()}`);
    });
    await page.goto(`${at}${hash}`);
    await play(page);
    if (complaints.length > 0) throw new Error(`the page complains: ${complaints.join('; ')}`);
  } finally {
    await context.close();
  }
}

/** What axe objects to; rejects where it did not look at colours. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const { violations, passes }: AxeResults = await page.evaluate('axe.run()');
  if (!passes.some(({ id }) => id === 'color-contrast')) throw new Error('axe looked at no colour');
  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html)}`);
}
