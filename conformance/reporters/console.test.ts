import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../verdict/events.ts';
import { type ConsoleOptions, consoleReporter, waitingFor } from './console.ts';
import { report, sampleEvents, sampleFailure, sampleResult } from './sample-run.ts';

async function shown(options: Partial<ConsoleOptions> = {}, events: readonly RunEvent[] = sampleEvents()) {
  let text = '';
  const output = {
    write: (part: string) => {
      text += part;
    },
    done: () => Promise.resolve(),
  };
  const look = { live: false, colours: false, unicode: true, columns: 80, verbose: false, quiet: false };
  await report(consoleReporter({ output, ...look, ...options }), events);
  return text;
}

describe('a failure', () => {
  test('shows demand, expectation, what came, the trace and the command to play it alone', async () => {
    const text = await shown({ target: 'mqtt://user:secret@host:1883' });
    expect(text).toContain('✖ Overlapping filters deliver at the highest granted QoS');
    expect(text).toContain('demanded  MQTT-3.3.5-1 (MUST): If several filters');
    expect(text).toContain('expected  PUBLISH with QoS 2');
    expect(text).toContain('got       PUBLISH with QoS 0');
    expect(text).toContain('stable: the same in 3 runs');
    expect(text).toContain('>     23.0 ms  subscriber <- PUBLISH "a/b" QoS 0, 1 byte; lower QoS than\n');
    expect(text).toContain('npm run conformance -- --target mqtt://user:***@host:1883 --only overlap-highest-qos');
    expect(text).not.toContain('secret');
  });

  test('stands there before the next scenario ends', () => {
    let text = '';
    const output = {
      write: (part: string) => {
        text += part;
      },
      done: () => Promise.resolve(),
    };
    const look = { live: false, colours: false, unicode: true, columns: 80, verbose: false, quiet: false };
    consoleReporter({ output, ...look }).receive({ type: 'scenario:end', result: sampleFailure });
    expect(text).toContain('got       PUBLISH with QoS 0');
  });

  test('at MQTT 3.1 is played alone at MQTT 3.1', async () => {
    const text = await shown({}, sampleEvents({ results: [{ ...sampleFailure, protocol: '3.1' }] }));
    expect(text).toContain('npm run conformance -- --protocol 3.1 --only overlap-highest-qos');
  });

  test('shows the end of a long trace, with the deciding entry among it', async () => {
    const trace = Array.from({ length: 50 }, (_, i) => ({ kind: 'note', at: i, text: `step ${i}` }) as const);
    const checks = sampleFailure.checks.map((check) => ({ ...check, traceIndex: 20 }));
    const text = await shown({}, sampleEvents({ results: [{ ...sampleFailure, trace, checks }] }));
    expect(text).toContain('>     20.0 ms  step 20');
    expect(text).not.toContain('step 49');
    expect(text).not.toContain('step 5\n');
  });
});

describe('the end', () => {
  test('has a row for each section, and their sum', async () => {
    const rows = (await shown()).split('\n').map((line) => line.trim().split(/\s+/));
    expect(rows).toContainEqual([
      'section',
      'pass',
      'fail',
      'warn',
      'observed',
      'skipped',
      'inconclusive',
      'error',
      'time',
    ]);
    expect(rows).toContainEqual(['3.3-publish', '0', '1', '0', '1', '0', '0', '0', '0.01', 's']);
    expect(rows).toContainEqual(['all', '2', '1', '1', '1', '1', '1', '1', '0.02', 's']);
  });

  test('names the violated statements, and only the scenarios that failed', async () => {
    const text = await shown();
    expect(text).toContain('✖ MQTT-3.3.5-1 (3.3.5, Actions)');
    expect(text).toContain('seen in overlap-highest-qos\n');
  });

  test('does not blame a statement on a scenario that failed for another', async () => {
    const other = sampleResult({
      id: 'fails-elsewhere',
      verdict: 'fail',
      cites: ['MQTT-3.3.5-1', 'MQTT-3.12.4-1'],
      checks: [
        { verdict: 'pass', statements: ['MQTT-3.3.5-1'], expected: 'one copy', got: 'as expected' },
        { verdict: 'fail', statements: ['MQTT-3.12.4-1'], expected: 'PINGRESP', got: 'nothing' },
      ],
    });
    const text = await shown({ quiet: true }, sampleEvents({ results: [other, sampleFailure] }));
    expect(text).toContain('seen in overlap-highest-qos\n');
    expect(text).toContain('seen in fails-elsewhere\n');
  });

  test.each([
    [[sampleResult()], 'COMPLIANT: mqtt://127.0.0.1:1883 violated no MUST that was checked.'],
    [[sampleResult(), sampleFailure], 'NOT COMPLIANT: mqtt://127.0.0.1:1883 violates 1 statement.'],
    [[sampleResult({ verdict: 'skipped', checks: [] })], 'NO VERDICT on mqtt://127.0.0.1:1883: nothing was judged.'],
  ])('says the verdict in a sentence', async (results, sentence) => {
    expect(await shown({ quiet: true }, sampleEvents({ results }))).toContain(sentence);
  });

  test('of a run that found no target says why, without a table', async () => {
    const events = sampleEvents({ results: [], endedBy: 'target lost', reason: 'cannot reach 127.0.0.1:1883' });
    const text = await shown({}, events);
    expect(text).toContain('NO VERDICT on mqtt://127.0.0.1:1883: cannot reach 127.0.0.1:1883.');
    expect(text).not.toContain('section');
  });

  test('of an interrupted run says so', async () => {
    const text = await shown({}, sampleEvents({ results: [sampleResult()], endedBy: 'interrupted' }));
    expect(text).toContain('INTERRUPTED after 1 result: no verdict.');
  });

  test('tells where the report lies on a line of its own', async () => {
    const reportPath = `/a/${'long/'.repeat(30)}index.html`;
    expect((await shown({ reportPath })).split('\n')).toContain(`Report: ${reportPath}`);
  });
});

describe('the look', () => {
  test('is at most 80 columns wide, but for what is to be copied', async () => {
    const lines = (await shown({ verbose: true, columns: 200 })).split('\n');
    const wide = lines.filter((line) => line.length > 80 && !line.includes('npm run conformance'));
    expect(wide).toEqual([]);
  });

  test('has no colours unless they are asked for', async () => {
    expect(await shown()).not.toContain('\u001b');
    expect(await shown({ colours: true })).toContain('\u001b[31m');
  });

  test('is plain ASCII where the terminal has no Unicode', async () => {
    const text = await shown({ unicode: false, colours: true, verbose: true });
    expect([...text].filter((character) => character > '~')).toEqual([]);
    expect(text).toContain('x Overlapping filters');
  });

  test('never passes orders of a target on to the terminal', async () => {
    const [check] = sampleFailure.checks;
    if (check === undefined) throw new Error('the sample has no check');
    const hostile = { ...sampleFailure, checks: [{ ...check, got: 'PUBLISH "\u001b[2J\u0007"' }] };
    const text = await shown({}, sampleEvents({ results: [hostile] }));
    expect(text).toContain('got       PUBLISH "\\u001b[2J\\u0007"');
    expect(text).not.toContain('\u001b');
  });
});

describe('how much is shown', () => {
  test('quietly, only the end', async () => {
    const text = await shown({ quiet: true });
    expect(text).not.toContain('expected  PUBLISH');
    expect(text).toContain('NO VERDICT');
  });

  test('by default no passes, but what is inconclusive', async () => {
    const text = await shown();
    expect(text).not.toContain('pingreq-answered');
    expect(text).toContain('? inconclusive The will is published');
  });

  test('verbosely, every scenario', async () => {
    expect(await shown({ verbose: true })).toContain('✔ pass A PINGREQ is answered with a PINGRESP (pingreq-answered)');
  });

  test('progress is told a few times where the output is no terminal', async () => {
    const text = await shown();
    expect(text.match(/\d of 8 done/g)).toEqual(['2 of 8 done', '4 of 8 done', '6 of 8 done']);
  });
});

describe('the live line', () => {
  const waits: RunEvent = { type: 'scenario:waits', id: 'level-3', protocol: '3.1', waitsFor: 'keep-alive timer' };

  test('tells what is waited for, and is gone afterwards', async () => {
    const [start, ...rest] = sampleEvents({ results: [sampleResult()] });
    if (start === undefined) throw new Error('the sample has no events');
    const text = await shown({ live: true }, [start, waits, ...rest]);
    expect(text).toContain('0 of 1 done; waiting for keep-alive timer');
    const written = text.split('\u001b[2K');
    expect(written.at(-1)).toMatch(/^\nsection/);
    expect(written.filter((part) => part.includes(' done')).every((part) => !part.includes('\n'))).toBe(true);
  });

  test('fits into one line of a narrow terminal', async () => {
    const long: RunEvent = { ...waits, waitsFor: 'keep-alive '.repeat(20).trim() };
    const text = await shown({ live: true, columns: 40 }, [...sampleEvents().slice(0, 1), long]);
    for (const line of text.split('\u001b[2K').slice(1)) expect(line.length).toBeLessThan(40);
  });

  test('counts what several scenarios wait for', () => {
    expect(waitingFor(['session expiry', 'keep-alive', 'keep-alive'])).toBe(
      '; waiting for 2 x keep-alive, session expiry',
    );
  });
});
