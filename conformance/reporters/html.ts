// The HTML report. In: the events of a run. Out: one file.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Reporter } from '../verdict/events.ts';
import type { Report } from '../verdict/report.ts';
import { renderHtml } from './html/page.tsx';

/** Writes the page at the end of the run; its folder is made. */
export function htmlReporter({ file }: { readonly file: string }): Reporter {
  let report: Report | undefined;
  return {
    receive: (event) => {
      if (event.type === 'run:end') report = event.report;
    },
    end: async () => {
      if (report === undefined) return;
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, renderHtml(report));
    },
  };
}
