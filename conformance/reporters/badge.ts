// A badge: an SVG, and beside it the JSON that shields' endpoint takes. In: the events of a run. Out: two files.
// https://shields.io/badges/endpoint-badge
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Reporter } from '../verdict/events.ts';
import type { Report } from '../verdict/report.ts';
import { count } from './text.ts';

export interface Badge {
  readonly label: string;
  readonly message: string;
  readonly colour: 'brightgreen' | 'red' | 'lightgrey';
}

export function badgeOf({ run, statements, target }: Report): Badge {
  const protocols = target?.protocols.join(' and ') ?? '';
  const label = protocols === '' ? 'MQTT' : `MQTT ${protocols}`;
  if (run.exitCode === 0) {
    const passed = statements.filter(({ verdict }) => verdict === 'pass').length;
    return { label, message: `compliant, ${passed} statements`, colour: 'brightgreen' };
  }
  if (run.exitCode !== 1) return { label, message: 'no verdict', colour: 'lightgrey' };
  const violated = statements.filter(({ verdict }) => verdict === 'fail').length;
  return { label, message: `${count(violated, 'statement')} violated`, colour: 'red' };
}

/** The JSON of shields' endpoint. */
export const endpointJson = ({ label, message, colour }: Badge): string =>
  `${JSON.stringify({ schemaVersion: 1, label, message, color: colour }, undefined, 2)}\n`;

const colours = { brightgreen: '#2c7a3f', red: '#b3261e', lightgrey: '#6b7280' } as const;
/** Mean width of a character of the font in pixels: the text is stretched to it. */
const characterWidth = 6.6;
const padding = 12;

export function badgeSvg({ label, message, colour }: Badge): string {
  const [left, right] = [label, message].map((text) => Math.round(text.length * characterWidth) + padding);
  const width = (left ?? 0) + (right ?? 0);
  const text = (words: string, from: number, room: number): string =>
    `<text x="${from + room / 2}" y="14" textLength="${room - padding}" lengthAdjust="spacingAndGlyphs">${words}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="${label}: ${message}">`,
    `<title>${label}: ${message}</title>`,
    `<rect width="${width}" height="20" rx="3" fill="#3f4650"/>`,
    `<path d="M${left} 0h${(right ?? 0) - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H${left}z" fill="${colours[colour]}"/>`,
    '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">',
    text(label, 0, left ?? 0),
    text(message, left ?? 0, right ?? 0),
    '</g></svg>',
    '',
  ].join('\n');
}

/** Writes `file`, an SVG, and the JSON under the same name with the ending `.json`. */
export function badgeReporter({ file }: { readonly file: string }): Reporter {
  let report: Report | undefined;
  return {
    receive: (event) => {
      if (event.type === 'run:end') report = event.report;
    },
    end: async () => {
      if (report === undefined) return;
      const badge = badgeOf(report);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, badgeSvg(badge));
      await writeFile(`${file.replace(/\.svg$/, '')}.json`, endpointJson(badge));
    },
  };
}
