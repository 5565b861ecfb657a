// Pictures of a report, to be looked at, and the README's. In: a report.json; without one, aedes is judged. Out: a PNG per width and
// colour scheme in the folder; with --readme also docs/report.png. `npm run picture -- [report.json] [--out folder] [--at anchor] [--readme]`
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { runConformance } from '../conformance/index.ts';
import { launchOptions } from '../conformance/reporters/html/browser.ts';
import { renderHtml } from '../conformance/reporters/html/page.tsx';
import type { Report } from '../conformance/verdict/report.ts';
import { reportOf } from '../conformance/verdict/report-of.ts';
import { startRealBroker } from './brokers/start.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'reports/latest' },
    at: { type: 'string', default: '' },
    readme: { type: 'boolean', default: false },
  },
});

async function judgedAedes(): Promise<Report> {
  const broker = await startRealBroker('aedes');
  try {
    return await runConformance({ target: broker.address });
  } finally {
    await broker.stop();
  }
}

interface Shot {
  readonly address: string;
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
  readonly file: string;
  readonly height?: number;
}

async function take(browser: Browser, { address, width, colorScheme, file, height }: Shot): Promise<void> {
  const size = { width, height: height ?? (width === 360 ? 760 : 900) };
  const tab = await browser.newPage({ viewport: size, colorScheme });
  await tab.goto(address);
  await tab.screenshot({ path: file });
  await tab.close();
}

const [source] = positionals;
const report = source === undefined ? await judgedAedes() : reportOf(JSON.parse(await readFile(source, 'utf8')));
await mkdir(values.out, { recursive: true });
const page = join(values.out, 'picture.html');
await writeFile(page, renderHtml(report));
const address = `${pathToFileURL(resolve(page)).href}${values.at === '' ? '' : `#${values.at}`}`;

const browser = await chromium.launch(launchOptions);
try {
  for (const width of [360, 1280])
    for (const colorScheme of ['light', 'dark'] as const)
      await take(browser, {
        address,
        width,
        colorScheme,
        file: join(values.out, `report-${width}-${colorScheme}.png`),
      });
  if (values.readme)
    await take(browser, { address, width: 1_280, colorScheme: 'light', file: 'docs/report.png', height: 1_500 });
} finally {
  await browser.close();
}
