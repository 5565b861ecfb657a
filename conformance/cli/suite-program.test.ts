// Which arguments load the suite alone.
import { expect, test } from 'vitest';
import { asksForSuite, judgesEmbedded } from './first-words.ts';
import { suiteProgram } from './suite-program.ts';

test.each([[], ['--target', 'host:1883'], ['-t', 'host'], ['conformance', '--list'], ['--version']])(
  'the suite is loaded alone for "%s"',
  (...args: string[]) => {
    expect(asksForSuite(args)).toBe(true);
  },
);

test.each([['view', 'report.json'], ['--help'], ['-h'], ['conformance', '--help'], ['confomance'], ['help']])(
  'all commands are loaded for "%s"',
  (...args: string[]) => {
    expect(asksForSuite(args)).toBe(false);
  },
);

test('the embedded broker is started ahead where the suite is played against it, and not else', () => {
  expect([[], ['--quiet'], ['conformance', '--only', '3.3']].map(judgesEmbedded)).toEqual([true, true, true]);
  const others = [['-t', 'host'], ['--target=host'], ['--list'], ['--version'], ['view', 'report.json'], ['--help']];
  expect(others.map(judgesEmbedded)).toEqual(others.map(() => false));
});

test('an option that there is not is told as by the whole program', async () => {
  const command = suiteProgram();
  for (const one of command.commands) one.configureOutput({ writeErr: () => {} });
  await expect(command.parseAsync(['node', 'mqttspec', '--targt', 'x'])).rejects.toThrow("unknown option '--targt'");
});
