// TAP as a parser reads it that we did not write.
import { Parser } from 'tap-parser';
import { describe, expect, test } from 'vitest';
import { createReporter } from './registry.ts';
import { report, sampleEvents, sampleFailure, sampleResult } from './sample-run.ts';

type Events = ReturnType<typeof sampleEvents>;

async function parsed(events?: Events, strict = false) {
  let text = '';
  const stdout = {
    write: (part: string) => {
      text += part;
    },
  };
  await report(createReporter('tap', { stdout }), events);
  return new Promise<{ results: Parser['results']; text: string }>((done) => {
    const parser = new Parser({ strict }, (results) => done({ results, text }));
    parser.end(text);
  });
}

describe('TAP', () => {
  test('is version 13 or 14, and counts what failed', async () => {
    const { results, text } = await parsed();
    expect(text).toMatch(/^TAP version 1[34]\n/);
    expect(results?.ok).toBe(false);
    expect(results?.failures.length).toBeGreaterThan(0);
    expect(results?.bailout).toBe(false);
    expect(results?.plan.end).toBe(results?.count);
  });

  test('is ok where nothing failed', async () => {
    const { results } = await parsed(sampleEvents({ results: [sampleResult()] }));
    expect(results?.ok).toBe(true);
  });

  test('is not led astray by what a target sends', async () => {
    const hostile = {
      ...sampleFailure,
      title: 'not ok 1 # TODO\n1..0 # skip',
      checks: sampleFailure.checks.map((check) => ({ ...check, got: 'ok 99\nBail out!\n  ...\n1..7 # SKIP' })),
    };
    const { results } = await parsed(sampleEvents({ results: [hostile] }));
    expect(results).toMatchObject({ ok: false, bailout: false, count: 1, todo: 0, skip: 0 });
  });

  test.each([`"both' kinds`, '`three "of\' them`', "one'", '"other"', 'back\\slash "\'', '# TODO "\'', ': - "\' @%'])(
    'is read by a strict parser whatever quotation marks there are: %s',
    async (got) => {
      const hostile = { ...sampleFailure, checks: sampleFailure.checks.map((check) => ({ ...check, got })) };
      const { results } = await parsed(sampleEvents({ results: [hostile] }), true);
      expect(results?.failures.filter((one) => 'tapError' in one && one.tapError !== null)).toEqual([]);
      expect(results).toMatchObject({ ok: false, count: 1 });
    },
  );
});
