// How large a report's page is, and how quick in Chromium. In: report.json files. Out: a line each; exit code 1 where a limit of ours is
// missed: 1.5 MiB, usable within a second, filters within 100 ms. `npm run measure:report -- reports/latest/report.json`
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { launchOptions } from '../../conformance/reporters/html/browser.ts';
import { renderHtml } from '../../conformance/reporters/html/page.tsx';
import { reportOf } from '../../conformance/verdict/report-of.ts';

const limits = { mebibytes: 1.5, usableMs: 1_000, filterMs: 100 };
const rounds = 7;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** From the navigation to the end of the script, which ends with the filters at work. */
async function usableAfter(browser: Browser, address: string): Promise<number> {
  const page = await browser.newPage();
  await page.goto(address);
  const ms: number = await page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd");
  await page.close();
  return ms;
}

/** The filter and the layout that follows it. */
const filterMs = (page: Page, id: string, value: string): Promise<number> =>
  page.evaluate(`(() => {
    const field = document.getElementById('${id}');
    const began = performance.now();
    field.value = ${JSON.stringify(value)};
    field.dispatchEvent(new Event(field.tagName === 'SELECT' ? 'change' : 'input'));
    document.body.getBoundingClientRect();
    return performance.now() - began;
  })()`);

async function slowestFilter(browser: Browser, address: string): Promise<number> {
  const page = await browser.newPage();
  await page.goto(address);
  const steps = [
    ['page-words', 'qos'],
    ['page-words', 'MQTT-3.3.1-1'],
    ['page-words', ''],
    ['page-verdict', 'f'],
    ['page-verdict', ''],
    ['page-chapter', '3.3 PUBLISH'],
    ['page-chapter', ''],
  ] as const;
  const times: number[][] = steps.map(() => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [i, [id, value]] of steps.entries()) times[i]?.push(await filterMs(page, id, value));
  await page.close();
  return Math.max(...times.map(median));
}

async function measure(browser: Browser, file: string, folder: string): Promise<boolean> {
  const report = reportOf(JSON.parse(await readFile(file, 'utf8')));
  const html = renderHtml(report);
  const page = join(folder, 'index.html');
  await writeFile(page, html);
  const address = pathToFileURL(page).href;
  const loads: number[] = [];
  for (let round = 0; round < rounds; round += 1) loads.push(await usableAfter(browser, address));
  const found = {
    mebibytes: Buffer.byteLength(html) / 2 ** 20,
    usableMs: median(loads),
    filterMs: await slowestFilter(browser, address),
  };
  process.stdout.write(
    `${file}: ${report.scenarios.length} results, ${found.mebibytes.toFixed(2)} MiB, usable after ${found.usableMs.toFixed(0)} ms, ` +
      `slowest filter ${found.filterMs.toFixed(0)} ms\n`,
  );
  return (Object.keys(limits) as (keyof typeof limits)[]).every((name) => found[name] <= limits[name]);
}

const files = process.argv.slice(2);
if (files.length === 0) throw new Error('usage: npm run measure:report -- <report.json> …');
const folder = await mkdtemp(join(tmpdir(), 'mqttspec-measure-'));
const browser = await chromium.launch(launchOptions);
try {
  for (const file of files) if (!(await measure(browser, file, folder))) process.exitCode = 1;
} finally {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
}
