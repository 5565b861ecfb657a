import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Report } from '../verdict/report.ts';
import { annotations, githubReporter, summaryMarkdown } from './github.ts';
import { sampleFailure, sampleReport, sampleResult, report as send } from './sample-run.ts';

const failing = (count: number): Report =>
  sampleReport({ results: Array.from({ length: count }, (_, i) => ({ ...sampleFailure, id: `failure-${i}` })) });

describe('annotations', () => {
  test('name scenario, statements and what came, one line a violation', () => {
    const [line] = annotations(sampleReport({ results: [sampleFailure] })).split('\n');
    expect(line).toBe(
      '::error title=Overlapping filters deliver at the highest granted QoS MQTT-3.3.5-1::overlap-highest-qos: expected PUBLISH with QoS 2; got PUBLISH with QoS 0',
    );
  });

  test('escape what would end the command', () => {
    const hostile = sampleResult({
      verdict: 'fail',
      title: 'a:b,c\n::error::d',
      checks: [{ verdict: 'fail', statements: ['MQTT-3.12.4-1'], expected: '100%', got: 'x\r\n::stop-commands::y' }],
    });
    const lines = annotations(sampleReport({ results: [hostile] }))
      .trim()
      .split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^::error title=a%3Ab%2Cc[^:,]*::[^\n\r]*100%25/);
  });

  test('are at most ten of a kind, and the last one tells of the rest', () => {
    const lines = annotations(failing(25)).trim().split('\n');
    expect(lines).toHaveLength(10);
    expect(lines[9]).toContain('16 more');
  });

  test('say that a run has no verdict', () => {
    const lost = sampleReport({ endedBy: 'target lost', reason: 'the target stopped answering' });
    expect(annotations(lost)).toContain('::error title=mqttspec::No verdict');
  });

  test('are none for a run without remarks', () => {
    expect(annotations(sampleReport({ results: [sampleResult()] })).trim()).toBe('');
  });
});

describe('the job summary', () => {
  test('has the verdict, the worst findings with their command, and the table', () => {
    const text = summaryMarkdown(sampleReport({ results: [sampleFailure, sampleResult()] }), '127.0.0.1:1883');
    expect(text).toContain('## mqttspec: Not compliant');
    expect(text).toContain('--target 127.0.0.1:1883 --only overlap-highest-qos');
    expect(text).toContain('| all | 1 | 1 |');
  });

  test('is appended to the file that is named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mqttspec-github-'));
    const summaryFile = join(folder, 'summary.md');
    const written: string[] = [];
    const output = { write: (text: string) => void written.push(text), done: () => Promise.resolve() };
    await send(githubReporter({ output, summaryFile }));
    expect(readFileSync(summaryFile, 'utf8')).toContain('## mqttspec');
    expect(written.join('')).toContain('::error');
    rmSync(folder, { recursive: true });
  });
});
