import { describe, expect, test } from 'vitest';
import { catalogue } from '../spec/catalogue.ts';
import type { RunEvent } from '../verdict/events.ts';
import { type ConsoleOptions, consoleReporter } from './console.ts';
import { report, sampleEvents, sampleFailure, sampleResult } from './sample-run.ts';
import { Waits } from './waits.ts';

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

  test.each([
    ['ws://host:8080/mqtt?a=1&b=2', '"ws://host:8080/mqtt?a=1&b=2"'],
    ['host:1883', 'host:1883'],
    ['mqtt://a$b\'"`:x@host', `'mqtt://a$b'\\''"\`:***@host'`],
  ])('at %s is played alone by a command that a shell takes', async (target, word) => {
    expect(await shown({ target })).toContain(`npm run conformance -- --target ${word} --only overlap-highest-qos\n`);
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
    const text = await shown({ verbose: true });
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
    const text = await shown({ quiet: true, verbose: true }, sampleEvents({ results: [other, sampleFailure] }));
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

  test.each([72, 60, 50, 40])('is at most as wide as a terminal of %i columns, its table too', async (columns) => {
    const many = sampleEvents({ results: Array.from({ length: 1_130 }, () => sampleResult()) });
    for (const events of [sampleEvents(), many]) {
      const lines = (await shown({ verbose: true, columns }, events)).split('\n');
      expect(lines.filter((line) => line.length > columns && !line.includes('npm run conformance'))).toEqual([]);
    }
    const text = (await shown({ columns })).replace(/ +/g, ' ');
    expect(text).toContain('section ✔ ✖ ▲ ● – ? ‼');
    expect(text.replace(/\s+/g, ' ')).toContain(
      '✔ pass, ✖ fail, ▲ warn, ● observed, – skipped, ? inconclusive, ‼ error',
    );
    expect(text).toMatch(columns < 50 ? /^all 2 1 1 1 1 1 1$/m : /^all 2 1 1 1 1 1 1 0.02 s$/m);
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

  test.each([true, false])('is redrawn in place, also where there is no Unicode (%s)', async (unicode) => {
    const text = await shown({ live: true, unicode, columns: 60 }, sampleEvents({ results: [sampleResult()] }));
    expect(text).toContain('\r\u001b[2K0 of 1 done\r\u001b[2K');
    expect(text).not.toContain('\\u000d');
    const legend = text
      .slice(text.indexOf(unicode ? '✔ pass,' : '+ pass,'))
      .split('\n')
      .slice(0, 2);
    expect(legend.every((line) => !/[^\w\s]$/.test(line.trim().replace(/,$/, '')))).toBe(true);
  });

  test('fits into one line of a narrow terminal', async () => {
    const long: RunEvent = { ...waits, waitsFor: 'keep-alive '.repeat(20).trim() };
    const text = await shown({ live: true, columns: 40 }, [...sampleEvents().slice(0, 1), long]);
    for (const line of text.split('\u001b[2K').slice(1)) expect(line.length).toBeLessThan(40);
  });

  test('says how long it takes, and is redrawn as time goes by', async () => {
    let now = 0;
    let redraw: () => void = () => {};
    let stopped = false;
    const clock = {
      now: () => now,
      every: (_ms: number, call: () => void) => {
        redraw = call;
        return {
          stop: () => {
            stopped = true;
          },
        };
      },
    };
    let text = '';
    const output = {
      write: (part: string) => {
        text += part;
      },
      done: () => Promise.resolve(),
    };
    const look = { live: true, colours: false, unicode: true, columns: 80, verbose: false, quiet: false };
    const reporter = consoleReporter({ output, clock, ...look });
    const [start, ...rest] = sampleEvents();
    if (start === undefined) throw new Error('the sample has no events');
    reporter.receive(start);
    reporter.receive({ ...waits, waitsFor: 'keep-alive timer', forMs: 1_500 });
    reporter.receive({ ...waits, id: 'other', waitsFor: 'keep-alive timer', forMs: 900 });
    expect(text).toMatch(/waiting for 2 keep-alive timers, 1\.5 s$/);
    now = 300;
    redraw();
    expect(text).toMatch(/waiting for 2 keep-alive timers, 1\.2 s$/);
    now = 2_000;
    redraw();
    expect(text).toMatch(/waiting for 2 keep-alive timers$/);
    for (const event of rest) reporter.receive(event);
    expect(stopped).toBe(true);
  });

  test('counts what several scenarios wait for', () => {
    const all = new Waits();
    for (const [i, waitsFor] of ['session expiry', 'keep-alive timer', 'keep-alive timer', 'a', 'a', 'a'].entries()) {
      all.begin({ type: 'scenario:waits', id: `${i}`, protocol: '3.1.1', waitsFor }, 0);
    }
    expect(all.text()).toBe('; waiting for 3 x a, 2 keep-alive timers, session expiry');
  });
});

test('the live line counts results, of which scenarios at two protocols have two', async () => {
  const [start] = sampleEvents();
  if (start === undefined) throw new Error('the sample has no events');
  expect(await shown({ live: true }, [start, { type: 'run:planned', results: 12 }])).toMatch(/0 of 12 done$/);
});

describe('a failure that is repeated', () => {
  const fails: RunEvent = { type: 'scenario:fails', result: sampleFailure };
  const ends = (result: Partial<typeof sampleFailure>): RunEvent => ({
    type: 'scenario:end',
    result: { ...sampleFailure, ...result },
  });

  test('is told at once, and once', async () => {
    const text = await shown({}, [...sampleEvents().slice(0, 1), fails]);
    expect(text).toContain('✖ Overlapping filters');
    const all = await shown({}, [...sampleEvents().slice(0, 1), fails, ends({})]);
    expect(all.match(/✖ Overlapping filters/g)).toHaveLength(1);
  });

  test('and is unstable, or not confirmed, is told of again', async () => {
    const unstable = await shown({}, [fails, ends({ stability: { runs: 5, same: 2 } })]);
    expect(unstable).toContain('unstable, 2 of 5 times the same: Overlapping filters');
    const reason = 'failed once, and not again in 2 repeats: x';
    const events = [fails, ends({ verdict: 'inconclusive', reason, stability: { runs: 3, same: 1 } })];
    expect(await shown({}, events)).toContain('? inconclusive Overlapping filters');
    const live = await shown({ live: true }, [...sampleEvents().slice(0, 1), ...events]);
    expect(live).toMatch(/0 of 8 done, 1 failed/);
    expect(live).toMatch(/1 of 8 done$/);
  });

  test('in many ways that are told in the same words is told once', async () => {
    const checks = Array.from({ length: 8 }, () => sampleFailure.checks).flat();
    const text = await shown({}, [ends({ checks })]);
    expect(text.match(/got {7}PUBLISH with QoS 0/g)).toHaveLength(1);
    expect(text).toContain('got       PUBLISH with QoS 0 (8 times, with other bytes each)');
  });
});

test('of many connections the trace shows the one that is judged, and what never came', async () => {
  const trace = Array.from({ length: 60 }, (_, i) => {
    const connection = `client ${i % 10}`;
    return { kind: 'note', at: i, connection, text: `step ${i}` } as const;
  });
  const checks = sampleFailure.checks.map((one) => ({
    ...one,
    traceIndex: 49,
    connection: 'client 3',
    missing: ['PUBACK'],
  }));
  const text = await shown({}, sampleEvents({ results: [{ ...sampleFailure, trace, checks }] }));
  expect([...text.matchAll(/client (\d): step/g)].map(([, name]) => name)).toEqual(Array(6).fill('3'));
  expect(text).toMatch(/> {5}43\.0 ms {2}client 3: step 43\n +never came: PUBACK\n/);
});

test('the worst findings are told at the end, and the numbers of all others', async () => {
  const other = (i: number): typeof sampleFailure => ({
    ...sampleFailure,
    id: `other-${i}`,
    checks: [{ verdict: 'fail', statements: [catalogue[i]?.id ?? 'MQTT-3.3.5-1'], expected: 'x', got: `y ${i}` }],
  });
  const results = [sampleFailure, ...Array.from({ length: 9 }, (_, i) => other(i))];
  const text = (await shown({ quiet: true }, sampleEvents({ results }))).replace(/\n +/g, ' ');
  expect(text).toContain('Worst findings:');
  expect(text.match(/^✖ /gm)).toHaveLength(5);
  expect(text).toContain('got PUBLISH with QoS 0');
  expect(text.match(/Also violated: ([^\n]*)/)?.[1]?.split(', ')).toHaveLength(5);
});
