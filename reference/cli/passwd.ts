// `mqttspec broker passwd`: users of a password file.
import type { Command } from 'commander';
import { AccessError } from '../broker/access/access-error.ts';
import { changePasswordFile, userNameProblem } from '../broker/access/password-file.ts';
import { hashPassword } from '../broker/access/scrypt.ts';
import { askHidden, Interrupted } from './ask-hidden.ts';
import { UsageError } from './usage-error.ts';

interface Options {
  readonly delete?: boolean;
}

/** Adds `passwd` to the command of the broker. */
export function addPasswdCommand(broker: Command): void {
  broker
    .command('passwd')
    .description('set or delete the password of a user; it is asked for, or read from the first line of standard input')
    .argument('<file>', 'the password file; made where it is missing')
    .argument('<user>', 'the user name')
    .option('--delete', 'delete the user')
    .action(passwd);
}

async function passwd(file: string, userName: string, options: Options): Promise<void> {
  try {
    const problem = userNameProblem(userName);
    if (problem !== undefined) throw new UsageError(problem);
    const hash = options.delete === true ? undefined : await hashPassword(await password());
    const outcome = await changePasswordFile(file, userName, hash);
    if (outcome === 'unknown user') throw new UsageError(`there is no user ${userName} in ${file}`);
    process.stdout.write(`${userName} ${outcome}. A broker that runs reads the file again at SIGHUP.\n`);
  } catch (error) {
    if (error instanceof AccessError) throw new UsageError(error.message, { cause: error });
    if (!(error instanceof Interrupted)) throw error;
    process.exitCode = 130;
  }
}

/** Longest password of CONNECT (section 3.1.3.5). */
const mostBytes = 65_535;

async function password(): Promise<Uint8Array> {
  const text = process.stdin.isTTY ? await askedTwice() : await firstLine();
  const bytes = new TextEncoder().encode(text);
  if (bytes.length === 0) throw new UsageError('expected a password, got none');
  if (bytes.length > mostBytes) throw new UsageError(`expected a password of at most ${mostBytes} bytes`);
  return bytes;
}

async function askedTwice(): Promise<string> {
  const terminal = { input: process.stdin, output: process.stderr };
  const first = await askHidden('Password: ', terminal);
  if ((await askHidden('The same again: ', terminal)) !== first) throw new UsageError('the two passwords differ');
  return first;
}

async function firstLine(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) {
    text += chunk as string;
    if (text.includes('\n') || text.length > mostBytes) break;
  }
  return text.split(/\r?\n/)[0] ?? '';
}
