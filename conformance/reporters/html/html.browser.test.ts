import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleFailure, sampleReport, sampleResults } from '../sample-run.ts';
import { launchOptions } from './browser.ts';
import { renderHtml } from './page.tsx';

let browser: Browser;
let folder: string;
let address: string;

/** Long words, many connections, a long packet: what may be too wide for a phone. */
const wide = {
  ...sampleFailure,
  id: 'wide',
  trace: Array.from({ length: 14 }, (_, i) => ({
    kind: 'received' as const,
    at: i,
    connection: `connection-with-a-long-name-${i}`,
    length: 400,
    hex: '30'.repeat(400),
    summary: `PUBLISH "${'x'.repeat(300)}"`,
    fields: [{ name: 'Topic Name', offset: 2, length: 300, value: 'x'.repeat(300), problem: 'y'.repeat(80) }],
  })),
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqttspec-page-'));
  const file = join(folder, 'index.html');
  await writeFile(file, renderHtml(sampleReport({ results: [...sampleResults, wide] })));
  address = pathToFileURL(file).href;
  browser = await chromium.launch(launchOptions);
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Plays with the page; whatever the console complains of, such as a violated policy, fails the test. */
async function onPage(options: BrowserContextOptions & { hash?: string }, play: (page: Page) => Promise<void>) {
  const { hash = '', ...contextOptions } = options;
  const context = await browser.newContext(contextOptions);
  try {
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (request.url().split('#')[0] !== address) complaints.push(`request of ${request.url()}`);
    });
    await page.goto(`${address}${hash}`);
    await play(page);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
  }
}

test.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 360],
] as const)('axe has nothing to find in the %s scheme at %i px, all unfolded', async (colorScheme, width) => {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await onPage({ colorScheme, viewport: { width, height: 700 } }, async (page) => {
    await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
    await page.evaluate(axe);
    const { violations, passes }: AxeResults = await page.evaluate('axe.run()');
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html)}`)).toEqual([]);
    expect(passes.map(({ id }) => id)).toContain('color-contrast');
  });
});

test.each([360, 1280])('nothing is wider than a screen of %i px, all unfolded', async (width) => {
  await onPage({ viewport: { width, height: 700 } }, async (page) => {
    await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });
});

test('the filters leave what has the verdict and all words', async () => {
  await onPage({}, async (page) => {
    const left = () => page.locator('.a:visible').evaluateAll((all) => all.map(({ id }) => id));
    const all = (await left()).length;
    await page.getByLabel('Words').fill('overlap HIGHEST');
    expect(await left()).toEqual(['overlap-highest-qos', 'wide']);
    await page.getByLabel('Words').fill('overlap');
    await page.getByLabel('Verdict').selectOption('observed');
    expect(await left()).toEqual(['overlap-copies']);
    expect(await page.locator('#page-count').textContent()).toBe(`1 of ${all} shown`);
    await page.getByLabel('Words').fill('');
    await page.getByLabel('Verdict').selectOption('all');
    expect(await left()).toHaveLength(all);
  });
});

test.each(['#pingreq-answered', '#MQTT-3.12.4-1', '#level-3@3.1'])(
  'a link to %s unfolds it, and the next key press goes there',
  async (hash) => {
    await onPage({ hash }, async (page) => {
      const target = page.locator(`[id="${hash.slice(1)}"]`);
      expect(await target.getAttribute('open')).not.toBeNull();
      await page.keyboard.press('Tab');
      expect(await target.evaluate((one) => one.firstElementChild === one.ownerDocument.activeElement)).toBe(true);
    });
  },
);

test('a cell leads to its statement, also when a filter hides it or it was folded again', async () => {
  await onPage({}, async (page) => {
    const statement = page.locator('[id="MQTT-3.12.4-1"]');
    await page.getByLabel('Words').fill('nothing has these words');
    expect(await statement.isVisible()).toBe(false);
    const cell = page.locator('.g a[href="#MQTT-3.12.4-1"]');
    await cell.click();
    await expect.poll(() => statement.getAttribute('open')).not.toBeNull();
    expect(await statement.isVisible()).toBe(true);
    await statement.locator('summary').first().click();
    await expect.poll(() => statement.getAttribute('open')).toBeNull();
    await cell.press('Enter');
    await expect.poll(() => statement.getAttribute('open')).not.toBeNull();
  });
});

test('the first key press offers to skip to the findings, and the focus is seen', async () => {
  await onPage({}, async (page) => {
    await page.keyboard.press('Tab');
    const skip = page.getByRole('link', { name: 'Skip to the findings' });
    expect(await skip.evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true);
    expect((await skip.boundingBox())?.x).toBeGreaterThanOrEqual(0);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    const { outline, inside }: { outline: string; inside: boolean } = await page.evaluate(
      "({ outline: getComputedStyle(document.activeElement).outlineStyle, inside: document.activeElement.closest('main') !== null })",
    );
    expect({ outline, inside }).toEqual({ outline: 'solid', inside: true });
  });
});

test('the page can be read without its script', async () => {
  await onPage({ javaScriptEnabled: false }, async (page) => {
    expect(await page.getByLabel('Words').isVisible()).toBe(false);
    const failed = page.locator('#overlap-highest-qos');
    expect(await failed.getByText('decided here').isVisible()).toBe(true);
    await page.locator('#pingreq-answered > summary').click();
    expect(await page.locator('#pingreq-answered').getByText('✓ PINGRESP').isVisible()).toBe(true);
  });
});
