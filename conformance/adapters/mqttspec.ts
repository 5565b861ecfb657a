// Puts our own client on the bench: docs/client-adapters.md.
import { createInterface } from 'node:readline';
import { type Client, connect, type ReceivedMessage } from '../../reference/client/index.ts';
import type { ConnectCommand } from '../wire/serve/adapter.ts';

const say = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
let client: Client | undefined;

const told = ({ topicName, payload, qos, retain }: ReceivedMessage): void =>
  say({ event: 'message', topicName, payload: Buffer.from(payload).toString('base64'), qos, retain });

type Command = { readonly id: number } & (
  | ({ readonly do: 'connect' } & ConnectCommand)
  | { readonly do: 'publish'; topicName: string; payload: string; qos: 0 | 1 | 2; retain: boolean }
  | { readonly do: 'subscribe'; topicFilter: string; qos: 0 | 1 | 2 }
  | { readonly do: 'unsubscribe'; topicFilter: string }
  | { readonly do: 'disconnect' | 'ping' }
);

async function obey(command: Command): Promise<void> {
  switch (command.do) {
    case 'ping':
      return;
    case 'connect':
      return await dial(command);
    case 'publish': {
      const { topicName, payload, qos, retain } = command;
      return await client?.publish(topicName, bytes(payload), { qos, retain });
    }
    case 'subscribe':
      return void (await client?.subscribe(command.topicFilter, { qos: command.qos, onMessage: told }));
    case 'unsubscribe':
      return await client?.unsubscribe(command.topicFilter);
    case 'disconnect':
      return await client?.end();
  }
}

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
    ...(will === undefined
      ? {}
      : {
          will: {
            topicName: will.topicName,
            message: bytes(will.payload),
            qos: will.qos as 0 | 1 | 2,
            retain: will.retain,
          },
        }),
  });
  say({ event: 'connected', sessionPresent: client.sessionPresent });
  client.on('disconnected', () => say({ event: 'disconnected' }));
  client.on('connected', ({ sessionPresent }) => say({ event: 'connected', sessionPresent }));
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const command = JSON.parse(line) as Command;
    obey(command).then(
      () => say({ id: command.id, done: true }),
      (error: unknown) => say({ id: command.id, error: String(error) }),
    );
  })
  .on('close', () => process.exit());

say({
  event: 'ready',
  name: 'mqttspec client',
  version: '',
  offers: ['reconnect', 'websocket', 'empty client id', 'stored session', 'pingresp timeout', 'connack timeout'],
});
