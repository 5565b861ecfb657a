import { describe, expect, test } from 'vitest';
import { sampleFailure, sampleReport, sampleResult } from '../sample-run.ts';
import { compareMarkdown } from './markdown.ts';
import { renderCompare } from './page.tsx';

const passing = sampleReport({ results: [sampleResult()] });
const failing = sampleReport({ results: [sampleFailure] });
const options = { title: 'two brokers', linkOf: ({ name }: { name: string }) => `${name}/index.html` };

describe('the page that holds reports side by side', () => {
  const page = renderCompare(
    [
      { name: 'one', report: passing },
      { name: 'two', report: failing },
    ],
    options,
  );

  test('leads from each cell to its evidence', () => {
    expect(page).toContain('href="two/index.html#MQTT-3.3.5-1"');
    expect(page).toContain('aria-label="two, MQTT-3.3.5-1: fail"');
  });

  test('tells what is new between two', () => {
    expect(page).toContain('overlap-highest-qos: not played, then fail');
  });

  test('needs neither script nor network', () => {
    expect(page).not.toMatch(/<script|src=|url\(|@import/);
    expect(page).toContain("default-src 'none'");
  });

  test('is the same for the same reports', () => {
    expect(
      renderCompare(
        [
          { name: 'one', report: passing },
          { name: 'two', report: failing },
        ],
        options,
      ),
    ).toBe(page);
  });

  test('says why a broker has no report', () => {
    expect(renderCompare([{ name: 'gone', reason: 'did not start: <b>' }], options)).toContain('did not start: &lt;b');
  });

  test('shows what a target says of itself, and runs none of it', () => {
    const hostile = {
      ...passing,
      target: { address: 'a', protocols: [], capabilities: [], version: '</style><script>alert(1)</script>\u202e' },
    };
    const shown = renderCompare([{ name: 'one', report: hostile }], options);
    expect(shown).not.toContain('<script');
    expect(shown).not.toContain('\u202e');
  });
});

test('the Markdown has a row for each difference, and escapes what a target says', () => {
  const hostile = {
    ...failing,
    target: { address: 'a', protocols: [], capabilities: [], version: 'a|b<i>' },
  };
  const text = compareMarkdown(
    [
      { name: 'one', report: passing },
      { name: 'two', report: hostile },
    ],
    'title',
  );
  expect(text).toContain('a\\|b\\<i\\>');
  expect(text).toMatch(/\| MQTT-3\.3\.5-1 \| .* \| · \| ✗ \|/);
});
