// Which arguments load the suite alone.
import { expect, test } from 'vitest';
import { asksForSuite, suiteProgram } from './suite-program.ts';

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

test('an option that there is not is told as by the whole program', async () => {
  const command = suiteProgram();
  for (const one of command.commands) one.configureOutput({ writeErr: () => {} });
  await expect(command.parseAsync(['node', 'mqttspec', '--targt', 'x'])).rejects.toThrow("unknown option '--targt'");
});
