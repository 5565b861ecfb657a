// Pictures of a report, to be looked at. In: a report.json and a folder. Out: a PNG per width and colour scheme in that folder.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { launchOptions } from '../conformance/reporters/html/browser.ts';
import { renderHtml } from '../conformance/reporters/html/page.tsx';
import type { Report } from '../conformance/verdict/report.ts';

const [source, folder = 'reports/latest'] = process.argv.slice(2);
if (source === undefined) throw new Error('usage: npx tsx scripts/report-picture.ts <report.json> <out-dir> [anchor]');
const anchor = process.argv[4] ?? '';

await mkdir(folder, { recursive: true });
const page = join(folder, 'picture.html');
const report: Report = JSON.parse(await readFile(source, 'utf8'));
await writeFile(page, renderHtml(report));

const browser = await chromium.launch(launchOptions);
try {
  for (const width of [360, 1280]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const tab = await browser.newPage({ viewport: { width, height: width === 360 ? 760 : 900 }, colorScheme });
      await tab.goto(`${pathToFileURL(resolve(page)).href}${anchor === '' ? '' : `#${anchor}`}`);
      await tab.screenshot({ path: join(folder, `report-${width}-${colorScheme}.png`) });
      await tab.close();
    }
  }
} finally {
  await browser.close();
}
