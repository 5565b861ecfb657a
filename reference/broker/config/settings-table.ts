// The documentation's table of the configuration. In: the shape of settings. Out: Markdown.
import { settingsShape } from './settings.ts';

/** A row for each key. */
export function settingsTable(): string {
  const rows = settingsShape.rows?.('') ?? [];
  return [
    '| key | value | what for | without it |',
    '| --- | --- | --- | --- |',
    ...rows.map(({ key, expected, does, byDefault }) => `| \`${key}\` | ${expected} | ${does} | ${byDefault} |`),
  ].join('\n');
}
