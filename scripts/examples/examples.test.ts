// Examples that other test runners run.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

test.each(['broker-in-node-test.ts', 'conformance-in-node-test.ts'])('%s passes with node:test', async (name) => {
  const args = ['--import', 'tsx', '--test', '--test-reporter', 'tap', `examples/${name}`];
  const child = spawn(process.execPath, args, {
    cwd: `${import.meta.dirname}/../..`,
    env: withoutVitest(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((done) => child.once('close', done));
  const out = await text(child.stdout);
  expect([await ended, out]).toEqual([0, expect.stringMatching(/^# fail 0$/m)]);
  expect(out).toMatch(/^# pass [1-9]/m);
});

/** A run of node:test within another one would report to that. */
function withoutVitest(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _context, ...others } = process.env;
  return others;
}
