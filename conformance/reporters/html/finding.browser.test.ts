import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleReport, sampleResult, sampleResults } from '../sample-run.ts';
import { launchOptions } from './browser.ts';
import { onPage } from './in-browser.ts';
import { renderHtml } from './page.tsx';

let browser: Browser;
let folder: string;
let at: string;

const opened = { kind: 'opened', at: 1, connection: 'a connection that has a very long name indeed', to: 'x' } as const;
const longName = sampleResult({ id: 'long-name', trace: [opened] });
const older = sampleResult({ id: 'pingreq-answered', protocol: '3.1' });
/** The same at two protocols, with more checks than are told before it is unfolded. */
const twin = sampleResult({
  id: 'twin',
  trace: [opened, { kind: 'sent', at: 2, connection: opened.connection, length: 2, hex: 'c000', summary: 'PINGREQ' }],
  checks: Array.from({ length: 9 }, (_, i) => ({
    verdict: 'pass',
    statements: ['MQTT-3.12.4-1'],
    expected: `PINGRESP ${i}`,
    got: 'as expected',
  })),
});
const twins = [twin, { ...twin, protocol: '3.1' as const }];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqttspec-finding-'));
  const file = join(folder, 'index.html');
  await writeFile(file, renderHtml(sampleReport({ results: [...sampleResults, older, longName, ...twins] })));
  at = pathToFileURL(file).href;
  browser = await chromium.launch(launchOptions);
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

test('a count at the top leads to what it counts', async () => {
  await onPage(browser, { at }, async (page) => {
    await page.getByRole('link', { name: /✗ fail/ }).click();
    await expect.poll(() => page.getByLabel('Verdict').inputValue()).toBe('f');
    const verdicts = await page
      .locator('[data-v]:visible')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-v')));
    expect(new Set(verdicts)).toEqual(new Set(['f']));
    expect(new URL(page.url()).hash).toBe('#page-scenarios');
    expect(new URL(page.url()).search).toBe('?verdict=fail');
    await page.goBack();
    await expect.poll(() => page.getByLabel('Verdict').inputValue()).toBe('');
    expect(page.url()).toBe(at);
  });
});

/** Ids of what the filters leave. */
const left = (page: Page): Promise<string[]> =>
  page.locator('[data-v]:visible').evaluateAll((all) => all.map(({ id }) => id));

test('a filtered view is passed on by its address, and outlives a reload', async () => {
  await onPage(browser, { at }, async (page) => {
    await page.getByLabel('Words').fill('OVERLAP qos & #+');
    await page.getByLabel('Words').fill('overlap');
    await page.getByLabel('Verdict').selectOption('observed');
    await page.locator('#page-chapter').selectOption('3.3 PUBLISH');
    const found = await left(page);
    expect(found).toEqual(['overlap-copies']);
    await page.locator('#overlap-copies > summary').click();
    const address = page.url();
    expect(Object.fromEntries(new URL(address).searchParams)).toEqual({
      words: 'overlap',
      verdict: 'observed',
      section: '3.3 PUBLISH',
    });
    await page.reload();
    expect(await left(page)).toEqual(found);
    expect(page.url()).toBe(address);
    expect(await page.locator('#overlap-copies').getAttribute('open')).not.toBeNull();
    await page.getByRole('button', { name: 'Show all' }).click();
    expect(new URL(page.url()).search).toBe('');
  });
});

test('the back button undoes filters one by one, what is typed at once as one', async () => {
  await onPage(browser, { at }, async (page) => {
    const all = await left(page);
    await page.getByLabel('Words').pressSequentially('overlap');
    const worded = await left(page);
    await page.getByLabel('Verdict').selectOption('fail');
    const failed = await left(page);
    expect(new Set([all, worded, failed].map(({ length }) => length)).size).toBe(3);
    await page.goBack();
    await expect.poll(() => left(page)).toEqual(worded);
    expect(await page.getByLabel('Verdict').inputValue()).toBe('');
    await page.goBack();
    await expect.poll(() => left(page)).toEqual(all);
    expect(await page.getByLabel('Words').inputValue()).toBe('');
    await page.goForward();
    await expect.poll(() => left(page)).toEqual(worded);
  });
});

test.each(['?verdict=f', '?verdict=nonsense&section=9&words=', '?verdict=%E0%A4%A&x=<b>'])(
  'an address that names no filter of ours, %s, shows all',
  async (query) => {
    await onPage(browser, { at, hash: query }, async (page) => {
      expect(await left(page)).toHaveLength(await page.locator('[data-v]').count());
    });
  },
);

test('the address leads to what was unfolded last, so that it can be passed on', async () => {
  await onPage(browser, { at }, async (page) => {
    await page.locator('[id="overlap-highest-qos"] > summary').click();
    expect(new URL(page.url()).hash).toBe('#overlap-highest-qos');
    await page.locator('[id="MQTT-3.3.5-1"] > summary').click();
    expect(new URL(page.url()).hash).toBe('#MQTT-3.3.5-1');
    await page.reload();
    expect(await page.locator('[id="MQTT-3.3.5-1"]').getAttribute('open')).not.toBeNull();
  });
});

test('a section of the table leads to its scenarios, and the same at another protocol is told apart', async () => {
  await onPage(browser, { at }, async (page) => {
    await page.locator('#page-sections ~ table a').first().click();
    const heading = page.locator(new URL(page.url()).hash.replaceAll('.', '\\.'));
    expect(await heading.evaluate((one) => one.tagName)).toBe('H3');
    expect(await page.locator('[id="pingreq-answered@3.1"] > summary').textContent()).toContain('MQTT 3.1');
    expect(await page.locator('[id="pingreq-answered"] > summary').textContent()).not.toContain('MQTT');
  });
});

test('what is as at another protocol unfolds into checks and a ladder of its own', async () => {
  for (const id of ['twin', 'twin@3.1'])
    await onPage(browser, { at, hash: `#${id}` }, async (page) => {
      const scenario = page.locator(`[id="${id}"]`);
      await scenario.locator('.l').waitFor();
      expect(await scenario.locator('.h li').count()).toBe(9);
      expect(await scenario.getByRole('button', { name: 'Copy as command' }).count()).toBe(1);
    });
});

test('the name of a connection stands within its ladder, however long it is', async () => {
  await onPage(browser, { at, hash: '#long-name' }, async (page) => {
    const ladder = page.locator('[id="long-name"] .l');
    await ladder.waitFor();
    const [outer, name] = [await ladder.boundingBox(), await ladder.locator('.h0 b').first().boundingBox()];
    expect(name?.y).toBeGreaterThanOrEqual(outer?.y ?? Number.NaN);
  });
});
