import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderHtml } from '../reporters/html/page.tsx';
import { reportText } from '../reporters/json.ts';
import { sampleReport } from '../reporters/sample-run.ts';
import { NoReport, reportOf } from './report-of.ts';

const saved = (): unknown => JSON.parse(reportText(sampleReport()));

test('a report that was saved and read again is the same, and gives the same page', () => {
  const again = reportOf(saved());
  expect(again).toEqual(sampleReport());
  expect(renderHtml(again)).toBe(renderHtml(sampleReport()));
});

test.each([
  [null, /is no report of mqttspec/],
  [[], /is no report of mqttspec/],
  [{ format: 'something' }, /is no report of mqttspec/],
  [{ format: 'mqttspec-report', formatVersion: 2 }, /format 2, .* up to 1: update mqttspec/],
])('%j is refused with a reason', (value, reason) => {
  expect(() => reportOf(value)).toThrow(NoReport);
  expect(() => reportOf(value)).toThrow(reason);
});

describe('an older version', () => {
  test('without anything but its format is an empty report', () => {
    const report = reportOf({ format: 'mqttspec-report' });
    expect(report.scenarios).toEqual([]);
    expect(report.run.exitCode).toBe(3);
    expect(renderHtml(report)).toContain('No verdict: nothing was judged.');
  });

  test('without statements and summary has them computed from its scenarios', () => {
    const { statements: _, summary: __, ...older } = sampleReport();
    const report = reportOf(JSON.parse(JSON.stringify(older)));
    expect(report).toEqual(sampleReport());
  });

  test('without the machine, or with one that is none, leaves it out', () => {
    const { machine, ...run } = sampleReport().run;
    expect(machine).toEqual({ node: 'v20.19.5', system: 'linux x64', processors: 2 });
    for (const older of [run, { ...run, machine: 'a laptop' }, { ...run, machine: { node: 20 } }]) {
      const read = reportOf(JSON.parse(JSON.stringify({ ...sampleReport(), run: older })));
      expect(read.run).toEqual(run);
      expect(renderHtml(read)).not.toContain('Node 20');
    }
  });

  test('with a verdict or an entry that is not known any more leaves out just that', () => {
    const report = sampleReport();
    const [first] = report.scenarios;
    const strange = {
      ...first,
      verdict: 'undecided',
      trace: [
        { kind: 'paused', at: 1 },
        { kind: 'note', at: 2, text: 'x' },
      ],
    };
    const [read] = reportOf({ ...report, scenarios: [strange] }).scenarios;
    expect(read?.verdict).toBe('inconclusive');
    expect(read?.trace).toEqual([{ kind: 'note', at: 2, text: 'x' }]);
  });
});

type Path = readonly string[];

/** Every place of a JSON value. */
function placesIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key]))];
}

/** The value with something else in one place, or with nothing. */
function without(value: unknown, [key, ...rest]: Path, instead?: unknown): unknown {
  if (key === undefined || typeof value !== 'object' || value === null) return instead;
  const entries = Object.entries(value).flatMap(([own, inner]): [string, unknown][] => {
    if (own !== key) return [[own, inner]];
    if (rest.length > 0) return [[own, without(inner, rest, instead)]];
    return instead === undefined ? [] : [[own, instead]];
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

test('whatever is missing or of another kind, the page can be made', () => {
  const whole = saved();
  const places = placesIn(whole).filter(
    ([first]) => first !== undefined && first !== 'format' && first !== 'formatVersion' && first !== 'statements',
  );
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.constantFrom(undefined, null, 7, 'x', [], {}), (place, instead) => {
      expect(renderHtml(reportOf(without(whole, place, instead)))).toContain('</html>');
    }),
    { numRuns: 60 },
  );
});
