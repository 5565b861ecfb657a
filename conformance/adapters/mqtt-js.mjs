// Puts MQTT.js on the bench: docs/client-adapters.md. Run where the package `mqtt` is installed.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(import.meta.url);
const mqtt = require('mqtt');
const { version } = JSON.parse(
  readFileSync(new URL('package.json', `file://${require.resolve('mqtt').replace(/(?<=\/mqtt\/).*/, '')}`), 'utf8'),
);
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const bytes = (text) => Buffer.from(text, 'base64');
let client;

function dial({ host, port, transport, clientId, cleanSession, keepAlive, reconnect, userName, password, will }, done) {
  client = mqtt.connect(transport === 'tcp' ? `mqtt://${host}:${port}` : `ws://${host}:${port}/mqtt`, {
    clientId,
    clean: cleanSession,
    keepalive: keepAlive,
    reconnectPeriod: reconnect ? 50 : 0,
    connectTimeout: 2_000,
    resubscribe: false,
    username: userName,
    password,
    will: will && { topic: will.topicName, payload: bytes(will.payload), qos: will.qos, retain: will.retain },
  });
  client.once('connect', () => done());
  client.on('connect', ({ sessionPresent }) => say({ event: 'connected', sessionPresent }));
  client.on('close', () => say({ event: 'disconnected' }));
  client.on('error', (error) => done(error));
  client.on('message', (topicName, payload, { qos, retain }) =>
    say({ event: 'message', topicName, payload: payload.toString('base64'), qos, retain }),
  );
}

const commands = {
  ping: (_command, done) => done(),
  connect: dial,
  publish: ({ topicName, payload, qos, retain }, done) =>
    client.publish(topicName, bytes(payload), { qos, retain }, done),
  subscribe: ({ topicFilter, qos }, done) => client.subscribe(topicFilter, { qos }, done),
  unsubscribe: ({ topicFilter }, done) => client.unsubscribe(topicFilter, done),
  disconnect: (_command, done) => client.end(false, done),
};

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const command = JSON.parse(line);
    let answered = false;
    const done = (error) => {
      if (!answered) say(error ? { id: command.id, error: String(error) } : { id: command.id, done: true });
      answered = true;
    };
    try {
      commands[command.do](command, done);
    } catch (error) {
      done(error);
    }
  })
  .on('close', () => process.exit());

say({
  event: 'ready',
  name: 'MQTT.js',
  version,
  offers: ['reconnect', 'websocket', 'empty client id', 'stored session', 'pingresp timeout', 'connack timeout'],
});
