import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBroker } from '../../../reference/broker/index.ts';
import { faultNamed } from '../../faults/index.ts';
import { runConformance } from '../../index.ts';
import { parseFixture } from '../../replay/parse-fixture.ts';
import type { Report } from '../../verdict/report.ts';
import type { TraceEntry } from '../../wire/trace.ts';
import { sampleFailure, sampleReport, sampleResult, sampleResults } from '../sample-run.ts';
import { launchOptions } from './browser.ts';
import { axeFindings, onPage as onPageOf, type PageOptions } from './in-browser.ts';
import { renderHtml } from './page.tsx';

let browser: Browser;
let folder: string;
let address: string;
/** A page of a real run: a broker that sends overlapping messages at the QoS of the first filter that matches. */
let realAddress: string;

/** Long words, many connections, a long packet: what may be too wide for a phone. */
const wide = {
  ...sampleFailure,
  id: 'wide',
  trace: Array.from({ length: 20 }, (_, i) => ({
    kind: 'received' as const,
    at: i,
    connection: `connection-with-a-long-name-${i}`,
    length: 400,
    hex: '30'.repeat(400),
    summary: `PUBLISH "${'x'.repeat(300)}"`,
    fields: [{ name: 'Topic Name', offset: 2, length: 300, value: 'x'.repeat(300), problem: 'y'.repeat(80) }],
  })),
};

const bytes = { length: 4, hex: '20020000', summary: 'CONNACK return code 0 session present 0' };
/** A trace that holds every byte. */
const whole = sampleResult({
  id: 'whole-exchange',
  cites: ['MQTT-3.2.0-1'],
  trace: [
    { kind: 'opened', at: 5, connection: 'first client', to: '127.0.0.1:1883' },
    {
      kind: 'sent',
      at: 6,
      connection: 'first client',
      ...bytes,
      hex: 'c000',
      length: 2,
      summary: 'PINGREQ # "hostile"',
    },
    { kind: 'received', at: 7.25, connection: 'first client', ...bytes },
    { kind: 'note', at: 8, connection: 'first client', text: 'a remark' },
    { kind: 'ended', at: 9, connection: 'first client', by: 'target', how: 'RST' },
  ],
});

async function written(name: string, report: Report): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, renderHtml(report));
  return pathToFileURL(file).href;
}

async function realReport(): Promise<Report> {
  const fault = faultNamed('first-match-decides-qos');
  if (fault === undefined) throw new Error('there is no such fault any more');
  const broker = await startBroker({ port: 0, fault });
  try {
    return await runConformance({
      target: `127.0.0.1:${broker.port}`,
      only: ['overlap', 'misplaced'],
      repeatFailures: 1,
    });
  } finally {
    await broker.stop();
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqttspec-page-'));
  address = await written('index.html', sampleReport({ results: [...sampleResults, wide, whole] }));
  realAddress = await written('real.html', await realReport());
  browser = await chromium.launch(launchOptions);
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

const onPage = ({ at = address, ...options }: Partial<PageOptions>, play: (page: Page) => Promise<void>) =>
  onPageOf(browser, { at, ...options }, play);

/** Opens everything, and waits until every ladder is drawn whole. */
async function unfold(page: Page): Promise<void> {
  // What is far below is laid out, too, so that it is looked at.
  await page.evaluate("document.styleSheets[0].insertRule('*{content-visibility:visible!important}')");
  await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
  await expect.poll(() => page.locator('.t').count()).toBe(0);
  await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
}

const focused = (page: Page): Promise<string> =>
  page.evaluate('document.activeElement.id || document.activeElement.hash || document.activeElement.parentElement.id');

test.each([
  ['light', 1280, 'sample'],
  ['dark', 360, 'sample'],
  ['light', 360, 'real'],
  ['dark', 1280, 'real'],
] as const)(
  'axe has nothing to find in the %s scheme at %i px, all unfolded (%s)',
  async (colorScheme, width, which) => {
    const at = which === 'real' ? realAddress : address;
    await onPage({ at, colorScheme, viewport: { width, height: 700 } }, async (page) => {
      await unfold(page);
      expect(await axeFindings(page)).toEqual([]);
    });
  },
);

test.each([
  [360, 'sample'],
  [1280, 'sample'],
  [360, 'real'],
] as const)('nothing is wider than a screen of %i px, all unfolded (%s)', async (width, which) => {
  await onPage({ at: which === 'real' ? realAddress : address, viewport: { width, height: 700 } }, async (page) => {
    await unfold(page);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });
});

test('the filters leave what has the verdict and all words', async () => {
  await onPage({}, async (page) => {
    const left = () => page.locator('[data-v]:visible').evaluateAll((all) => all.map(({ id }) => id));
    const all = (await left()).length;
    await page.getByLabel('Words').fill('overlap HIGHEST');
    expect(await left()).toEqual(['overlap-highest-qos', 'wide']);
    await page.getByLabel('Words').fill('overlap');
    await page.getByLabel('Verdict').selectOption('observed');
    expect(await left()).toEqual(['overlap-copies']);
    expect(await page.locator('#page-count').textContent()).toBe(`1 of ${all}`);
    await page.getByRole('button', { name: 'Show all' }).click();
    expect(await left()).toHaveLength(all);
    await page.locator('#page-chapter').selectOption('3.12 PINGREQ');
    expect(await left()).toEqual(['MQTT-3.12.4-1', 'pingreq-answered']);
    expect(await page.locator('h3:visible').allTextContents()).not.toContain('6-websocket');
    await page.locator('#page-chapter').selectOption('all');
    expect(await left()).toHaveLength(all);
  });
});

test.each(['#pingreq-answered', '#MQTT-3.12.4-1', '#level-3@3.1'])(
  'a link to %s unfolds it and goes there',
  async (hash) => {
    await onPage({ hash }, async (page) => {
      const target = page.locator(`[id="${hash.slice(1)}"]`);
      expect(await target.getAttribute('open')).not.toBeNull();
      expect(await focused(page)).toBe(hash.slice(1));
      await expect.poll(() => target.evaluate((one) => one.getBoundingClientRect().top)).toBeLessThan(720);
      expect(await target.evaluate((one) => one.getBoundingClientRect().top)).toBeGreaterThanOrEqual(0);
    });
  },
);

test('the back button leads back, and forward again', async () => {
  await onPage({}, async (page) => {
    await page.locator('.g a[href="#MQTT-3.3.5-1"]').click();
    await page.locator('[id="MQTT-3.3.5-1"]').getByRole('link', { name: 'Overlapping filters' }).first().click();
    await expect.poll(() => focused(page)).toBe('overlap-highest-qos');
    await page.goBack();
    await expect.poll(() => focused(page)).toBe('MQTT-3.3.5-1');
    await page.goBack();
    expect(await page.evaluate('location.hash')).toBe('');
    await page.goForward();
    await expect.poll(() => focused(page)).toBe('MQTT-3.3.5-1');
  });
});

test('keys alone lead from the grid to the evidence, and to the filters', async () => {
  await onPage({}, async (page) => {
    await page.locator('.g a').first().focus();
    await page.keyboard.press('ArrowRight');
    expect(await focused(page)).toBe('#MQTT-1.5.3-2');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await expect.poll(() => focused(page)).toBe('MQTT-1.5.3-1');
    await page.keyboard.press('Enter');
    expect(await page.locator('[id="MQTT-1.5.3-1"]').getAttribute('open')).toBeNull();
    await page.keyboard.press('/');
    expect(await focused(page)).toBe('page-words');
    await page.keyboard.type('a/b');
    expect(await page.getByLabel('Words').inputValue()).toBe('a/b');
  });
});

test('a cell leads to its statement, also when a filter hides it or it was folded again', async () => {
  await onPage({}, async (page) => {
    const statement = page.locator('[id="MQTT-3.12.4-1"]');
    await page.getByLabel('Words').fill('nothing has these words');
    expect(await statement.isVisible()).toBe(false);
    const cell = page.locator('.g a[href="#MQTT-3.12.4-1"]');
    await cell.click();
    await expect.poll(() => statement.getAttribute('open')).not.toBeNull();
    await statement.waitFor();
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
    await failed.locator('summary').first().click();
    await failed.getByText('decided here').waitFor();
    await failed.getByText('PUBLISH with QoS 2').waitFor();
    await page.locator('#pingreq-answered > summary').click();
    await page.locator('#pingreq-answered').getByText('✓ PINGRESP').waitFor();
    await page.getByText('Without JavaScript traces are told in brief').waitFor();
  });
  await onPage({ at: realAddress, javaScriptEnabled: false }, async (page) => {
    const passed = page.locator('[data-v=p]:has(pre)').first();
    await passed.locator('summary').click();
    expect(await passed.locator('pre').textContent()).toMatch(/→SUBSCRIBE id 1/);
  });
});

test('a scenario unfolds into its whole ladder, with the bytes of every packet on demand', async () => {
  await onPage({ at: realAddress, hash: '#overlap-0-2-exact-first' }, async (page) => {
    const scenario = page.locator('#overlap-0-2-exact-first');
    const ladder = scenario.locator('.l');
    await expect.poll(() => ladder.locator('summary').count()).toBeGreaterThan(6);
    expect(await ladder.locator('.h0 b').allTextContents()).toEqual(['subscriber', 'publisher', 'broker']);
    const suback = ladder.locator('li', { hasText: '← SUBACK id 1' }).first();
    expect(await suback.locator('code').isVisible()).toBe(false);
    await suback.locator('summary').press('Enter');
    expect(await suback.locator('code').textContent()).toMatch(/^9003 0001 0[0-2]$/);
  });
});

test('a scenario is copied as a command and as a fixture that can be read', async () => {
  const permissions = ['clipboard-read', 'clipboard-write'];
  await onPage({ hash: '#whole-exchange', permissions }, async (page) => {
    const scenario = page.locator('#whole-exchange');
    const clipboard = (): Promise<string> => page.evaluate('navigator.clipboard.readText()');
    await scenario.getByRole('button', { name: 'Copy as command' }).click();
    await scenario.getByText('copied').waitFor();
    expect(await clipboard()).toBe('npm run conformance -- --target mqtt://127.0.0.1:1883 --only whole-exchange');
    await scenario.getByRole('button', { name: 'Copy as fixture' }).click();
    await expect.poll(clipboard).toMatch(/^mqttspec fixture 1\n/);
    const { head, events } = parseFixture(await clipboard(), 'clipboard');
    expect(head).toMatchObject({ title: 'A PINGREQ is answered with a PINGRESP', broker: ['example broker 1.0'] });
    expect(events).toMatchObject([
      { kind: 'open', by: 'client', connection: 'first-client', atMs: 0 },
      { kind: 'bytes', by: 'client', bytes: Uint8Array.of(0xc0, 0) },
      { kind: 'bytes', by: 'server', bytes: Uint8Array.of(0x20, 2, 0, 0) },
      { kind: 'rst', by: 'server' },
    ]);
  });
});

test('links to scenarios and statements outlive a run', async () => {
  const idsAt = (at: string): Promise<string[]> =>
    new Promise((resolve, reject) => {
      onPage({ at }, async (page) =>
        resolve(await page.locator('[data-v]').evaluateAll((all) => all.map(({ id }) => id))),
      ).catch(reject);
    });
  const again = await written('again.html', await realReport());
  expect(await idsAt(again)).toEqual(await idsAt(realAddress));
});

test('on paper stand the overview and the evidence of what failed, not what passed', async () => {
  await onPage({ at: realAddress, colorScheme: 'dark' }, async (page) => {
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(250, 250, 247)');
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    const shown = await page
      .locator('[data-v]:visible')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-v')));
    expect(shown.length).toBeGreaterThan(0);
    expect(shown).not.toContain('p');
    await page.locator('[data-v=f] .c').first().waitFor();
    expect(await page.locator('#page-filters').isVisible()).toBe(false);
    expect(await page.locator('[data-s] h3:visible').count()).toBe(
      await page.locator('[data-s]:has(>:is([data-v=f],[data-v=w],[data-v=i],[data-v=e]))').count(),
    );
    expect(await page.locator('[data-v=f] button').count()).toBe(0);
    const pages = (await page.pdf()).toString('latin1').match(/\/Type\s*\/Page\b/g)?.length;
    expect(pages).toBeLessThan(40);
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    expect(await page.locator('[data-v][open]').count()).toBe(0);
  });
});

test('whatever a broker sends stays text', async () => {
  const evil =
    '"></details></template></script><script>alert(1)</script><img src=http://127.0.0.1:9/x onerror=alert(2)>\u202e\u0000';
  const trace: TraceEntry[] = [
    { kind: 'opened', at: 0, connection: evil, to: evil },
    { kind: 'received', at: 1, connection: evil, length: 2, hex: 'd000', summary: evil, findings: [evil] },
    { kind: 'note', at: 2, connection: evil, text: evil },
  ];
  const checks = [{ verdict: 'fail', statements: ['MQTT-3.3.5-1'], expected: evil, got: evil } as const];
  const failed = { ...sampleFailure, title: evil, reason: evil, trace, checks };
  const report = sampleReport({ results: [failed, sampleResult({ title: evil, trace })] });
  const target = {
    address: evil,
    version: evil,
    protocols: ['3.1.1'],
    capabilities: [{ name: evil, value: evil }],
  } as const;
  const at = await written('hostile.html', { ...report, target, run: { ...report.run, address: evil } });
  await onPage({ at }, async (page) => {
    await unfold(page);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(1);
    expect(await page.locator('#overlap-highest-qos').textContent()).toContain('<script>alert(1)</script>');
    expect(await page.evaluate('document.body.innerText')).not.toMatch(/[\u202e\0]/);
  });
});
