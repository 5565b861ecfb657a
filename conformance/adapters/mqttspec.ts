// Puts our own client on the bench: docs/client-adapters.md.
import { createInterface } from 'node:readline';
import { type Client, connect, type ReceivedMessage } from '../../reference/client/index.ts';
import type { Qos } from '../../reference/message.ts';
import type { ConnectCommand } from '../wire/serve/adapter.ts';

const say = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
let client: Client | undefined;

const told = ({ topicName, payload, qos, retain }: ReceivedMessage): void =>
  say({ event: 'message', topicName, payload: Buffer.from(payload).toString('base64'), qos, retain });

interface Publish {
  readonly topicName: string;
  readonly payload: string;
  readonly qos: Qos;
  readonly retain: boolean;
}

const commands = {
  ping: () => {},
  connect: dial,
  publish: ({ topicName, payload, qos, retain }: Publish) =>
    client?.publish(topicName, bytes(payload), { qos, retain }),
  subscribe: ({ topicFilter, qos }: { readonly topicFilter: string; readonly qos: Qos }) =>
    client?.subscribe(topicFilter, { qos, onMessage: told }),
  unsubscribe: ({ topicFilter }: { readonly topicFilter: string }) => client?.unsubscribe(topicFilter),
  disconnect: () => client?.end(),
};

async function dial(command: ConnectCommand): Promise<void> {
  const { host, port, transport, clientId, cleanSession, keepAlive, reconnect, userName, password, will } = command;
  client = await connect(transport === 'tcp' ? `mqtt://${host}:${port}` : `ws://${host}:${port}/mqtt`, {
    clientId,
    cleanSession,
    keepAlive,
    connectTimeoutMs: 2_000,
    pingTimeoutMs: 1_000,
    reconnect: reconnect ? { firstDelayMs: 50 } : false,
    onMessage: told,
    ...(userName === undefined ? {} : { userName }),
    ...(password === undefined ? {} : { password }),
    ...(will && { will: { ...will, message: bytes(will.payload), qos: will.qos as Qos } }),
  });
  say({ event: 'connected', sessionPresent: client.sessionPresent });
  client.on('disconnected', () => say({ event: 'disconnected' }));
  client.on('connected', ({ sessionPresent }) => say({ event: 'connected', sessionPresent }));
}

type Command = { readonly id: number; readonly do: keyof typeof commands };

async function obey(line: string): Promise<void> {
  const command = JSON.parse(line) as Command;
  try {
    await (commands[command.do] as (command: Command) => unknown)(command);
    say({ id: command.id, done: true });
  } catch (error) {
    say({ id: command.id, error: String(error) });
  }
}

createInterface({ input: process.stdin })
  .on('line', (line) => void obey(line))
  .on('close', () => process.exit());

say({
  event: 'ready',
  name: 'mqttspec client',
  version: '',
  offers: ['reconnect', 'websocket', 'empty client id', 'stored session', 'pingresp timeout', 'connack timeout'],
});
