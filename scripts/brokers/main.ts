// Starts a real broker, runs a command with its address, and stops it: main.ts mosquitto -- npm run conformance -- --target {address}
// Without a command it runs until Ctrl-C. `--port 1883` behind the name: there, and not at any free port.
import { spawn } from 'node:child_process';
import { type BrokerName, brokerNames, startRealBroker } from './start.ts';

const [name = '', ...rest] = process.argv.slice(2);
if (!(brokerNames as readonly string[]).includes(name)) {
  process.stderr.write(`which broker? ${brokerNames.join(', ')}\n`);
  process.exit(2);
}
const port = rest[0] === '--port' ? Number(rest.splice(0, 2)[1]) : undefined;
const broker = await startRealBroker(name as BrokerName, port === undefined ? {} : { port });
process.stdout.write(`${broker.name} ${broker.version} at ${broker.address}\n`);
const [command, ...args] = rest
  .filter((word, i) => !(word === '--' && i === 0))
  .map((word) => word.replace('{address}', broker.address));
const code = await new Promise<number>((done) => {
  process.once('SIGINT', () => done(130));
  process.once('SIGTERM', () => done(130));
  if (command === undefined) return;
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, MQTTSPEC_TARGET: broker.address } });
  child.once('exit', (exitCode) => done(exitCode ?? 1));
});
await broker.stop();
process.exit(code);
