import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Column } from '../../comparison/matrix.ts';
import { launchOptions } from '../html/browser.ts';
import { axeFindings, onPage } from '../html/in-browser.ts';
import { renderHtml } from '../html/page.tsx';
import { sampleFailure, sampleReport, sampleResult, sampleResults } from '../sample-run.ts';
import { renderCompare } from './page.tsx';

const passing = sampleReport({ results: [sampleResult()] });
const mixed = sampleReport({ results: sampleResults });
const failing = sampleReport({ results: [sampleResult(), sampleFailure] });
/** Two runs of one broker; and a survey with a broker that did not start. */
const pages: Readonly<Record<string, readonly Column[]>> = {
  two: [
    { name: 'before', report: passing },
    { name: 'after', report: failing },
  ],
  survey: [
    { name: 'a-broker-with-a-long-name', report: passing },
    { name: 'mixed', report: mixed },
    { name: 'gone', reason: `did not start: ${'x'.repeat(200)}` },
    ...Array.from({ length: 6 }, (_, i) => ({ name: `other-${i}`, report: failing })),
  ],
};

let browser: Browser;
let folder: string;
const addressOf = (name: string): string => pathToFileURL(join(folder, name, 'index.html')).href;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqttspec-compare-'));
  for (const [name, columns] of Object.entries(pages)) {
    const linkOf = (column: Column): string => `${column.name}/index.html`;
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'index.html'), renderCompare(columns, { title: name, linkOf }));
    for (const column of columns) {
      if (column.report === undefined) continue;
      mkdirSync(join(folder, name, column.name));
      writeFileSync(join(folder, name, column.name, 'index.html'), renderHtml(column.report));
    }
  }
  browser = await chromium.launch(launchOptions);
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

const looks = (['two', 'survey'] as const).flatMap((name) =>
  (['light', 'dark'] as const).flatMap((colorScheme) =>
    [360, 1280].map((width) => ({ name, colorScheme, width }) as const),
  ),
);

test.each(looks)(
  '$name: axe has nothing to find in the $colorScheme scheme at $width px, and nothing is wider',
  async ({ name, colorScheme, width }) => {
    await onPage(browser, { at: addressOf(name), colorScheme, viewport: { width, height: 700 } }, async (page) => {
      await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
      expect(await axeFindings(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    });
  },
);

test('only differences are left when they are asked for, without a script', async () => {
  await onPage(browser, { at: addressOf('two'), javaScriptEnabled: false }, async (page) => {
    const rows = page.locator('#matrix ~ .x tbody tr:visible');
    const all = await rows.count();
    await page.getByLabel(/only differences/).focus();
    await page.keyboard.press('Space');
    expect(await rows.count()).toBeLessThan(all);
    expect(await page.locator('[id="MQTT-3.3.5-1"]').isVisible()).toBe(true);
  });
});

test('a cell leads to the evidence in the report of its broker', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(addressOf('survey'));
  await page.getByRole('link', { name: 'other-0, MQTT-3.3.5-1: fail' }).click();
  await page.waitForURL(/other-0\/index\.html#MQTT-3\.3\.5-1$/);
  await expect.poll(() => page.locator('[id="MQTT-3.3.5-1"]').getAttribute('open')).not.toBeNull();
  await context.close();
});
