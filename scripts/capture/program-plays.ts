// Conversations of programs: mosquitto_pub, mosquitto_sub and curl.
import type { ChildProcess } from 'node:child_process';
import type { Bench } from './bench.ts';
import type { CapturedBroker, Conversation } from './conversation.ts';

type Level = 'mqttv31' | 'mqttv311';

const at = ({ port }: Bench, level: Level = 'mqttv311'): string[] => [
  '-h',
  '127.0.0.1',
  '-p',
  String(port),
  '-V',
  level,
];

const pub = (bench: Bench, args: readonly string[], input?: string): Promise<void> =>
  bench.run('mosquitto_pub', [...at(bench), '-i', 'pub', ...args], input);

/** A subscriber whose subscriptions are granted. */
async function sub(bench: Bench, args: readonly string[], connection = 'sub'): Promise<ChildProcess> {
  const program = bench.start('mosquitto_sub', [...at(bench), '-i', 'sub', ...args]);
  await bench.until({ connection, what: 'suback' });
  return program;
}

function mosquitto(
  what: string,
  title: string,
  play: (bench: Bench) => Promise<void>,
  broker: CapturedBroker = 'mosquitto',
): Conversation {
  return { name: `mosquitto/${what}`, title, client: 'mosquitto-clients', broker, play };
}

const published = (qos: 0 | 1 | 2, level: Level): Conversation =>
  mosquitto(
    `${level === 'mqttv31' ? 'level-3-' : ''}qos-${qos}`,
    `mosquitto_pub sends at QoS ${qos} what mosquitto_sub has asked for${level === 'mqttv31' ? ', over MQTT 3.1' : ''}`,
    async (bench) => {
      const options = ['-q', String(qos), '-t', 'house/door'];
      bench.start('mosquitto_sub', [...at(bench, level), '-i', 'sub', ...options, '-C', '1']);
      await bench.until({ connection: 'sub', what: 'suback' });
      await bench.run('mosquitto_pub', [...at(bench, level), '-i', 'pub', ...options, '-m', 'open']);
      await bench.until({ connection: 'sub', what: 'fin' });
    },
  );

const mosquittoConversations: readonly Conversation[] = [
  published(0, 'mqttv311'),
  published(1, 'mqttv311'),
  published(2, 'mqttv311'),
  published(0, 'mqttv31'),
  published(1, 'mqttv31'),
  published(2, 'mqttv31'),
  mosquitto('lines', 'mosquitto_pub sends each line of its input as a message', async (bench) => {
    await sub(bench, ['-q', '1', '-t', 'house/log', '-C', '5']);
    await pub(bench, ['-q', '1', '-t', 'house/log', '-l'], 'one\ntwo\nthree\nfour\nfive\n');
    await bench.until({ connection: 'sub', what: 'fin' });
  }),
  mosquitto('several-filters', 'mosquitto_sub asks for several filters, and leaves one again', async (bench) => {
    await sub(bench, ['-q', '1', '-t', 'house/+', '-t', 'garden/#', '-U', 'house/+', '-C', '1']);
    await bench.until({ connection: 'sub', what: 'unsuback' });
    await pub(bench, ['-q', '1', '-t', 'house/door', '-m', 'open']);
    await bench.run('mosquitto_pub', [...at(bench), '-i', 'pub-b', '-q', '1', '-t', 'garden/bed', '-m', 'dry']);
    await bench.until({ connection: 'sub', what: 'fin' });
  }),
  mosquitto('stored-session', 'mosquitto_sub -c comes back to what was published meanwhile', async (bench) => {
    await bench.run('mosquitto_sub', [...at(bench), '-i', 'sub', '-c', '-q', '2', '-t', 'house/log', '-E']);
    await pub(bench, ['-q', '2', '-t', 'house/log', '-m', 'meanwhile']);
    await bench.run('mosquitto_sub', [...at(bench), '-i', 'sub', '-c', '-q', '2', '-t', 'house/log', '-C', '1']);
    await bench.run('mosquitto_pub', [...at(bench), '-i', 'sub', '-t', 'house/other', '-m', 'clears the session']);
  }),
  mosquitto('retained', 'A retained message is set, found by a later subscriber, and cleared', async (bench) => {
    await pub(bench, ['-r', '-q', '1', '-t', 'house/lamp', '-m', 'on']);
    await sub(bench, ['-q', '1', '-t', 'house/#', '-C', '1']);
    await bench.until({ connection: 'sub', what: 'fin' });
    await bench.run('mosquitto_pub', [...at(bench), '-i', 'eraser', '-r', '-n', '-q', '1', '-t', 'house/lamp']);
  }),
  mosquitto('will', 'The will of mosquitto_sub is published when it is killed', async (bench) => {
    await sub(bench, ['-q', '2', '-t', 'house/state', '-C', '1']);
    const options = ['--will-topic', 'house/state', '--will-payload', 'offline', '--will-qos', '2'];
    const owner = bench.start('mosquitto_sub', [...at(bench), '-i', 'owner', '-t', 'house/orders', ...options]);
    await bench.until({ connection: 'owner', what: 'suback' });
    owner.kill('SIGKILL');
    await bench.until({ connection: 'sub', what: 'fin' });
  }),
  mosquitto('will-forgotten', 'DISCONNECT forgets the will', async (bench) => {
    await sub(bench, ['-q', '1', '-t', 'house/+', '-C', '1']);
    const will = ['--will-topic', 'house/state', '--will-payload', 'offline', '--will-qos', '1', '--will-retain'];
    await pub(bench, ['-q', '1', '-t', 'garden/bed', '-m', 'dry', ...will]);
    await bench.run('mosquitto_pub', [...at(bench), '-i', 'last', '-q', '1', '-t', 'house/door', '-m', 'open']);
    await bench.until({ connection: 'sub', what: 'fin' });
  }),
  mosquitto('empty-client-id', 'A client without a client id gets a clean session', async (bench) => {
    await bench.run('mosquitto_pub', [...at(bench), '-t', 'house/door', '-m', 'open', '-q', '1']);
  }),
  mosquitto('large-payload', 'A payload of 3,000 bytes needs two bytes of Remaining Length', async (bench) => {
    await sub(bench, ['-q', '1', '-t', 'house/picture', '-C', '1']);
    await pub(bench, ['-q', '1', '-t', 'house/picture', '-s'], 'picture '.repeat(375));
    await bench.until({ connection: 'sub', what: 'fin' });
  }),
  mosquitto('text', 'Topic and payload hold characters of two, three and four bytes', async (bench) => {
    await sub(bench, ['-q', '1', '-t', 'häuser/+/温度/😀', '-C', '1']);
    await pub(bench, ['-q', '1', '-t', 'häuser/küche/温度/😀', '-m', '21 °C']);
    await bench.until({ connection: 'sub', what: 'fin' });
  }),
  mosquitto('empty-payload', 'An empty payload is delivered', async (bench) => {
    await sub(bench, ['-q', '2', '-t', 'house/bell', '-C', '1']);
    await pub(bench, ['-q', '2', '-t', 'house/bell', '-n']);
    await bench.until({ connection: 'sub', what: 'fin' });
  }),
  mosquitto(
    'not-authorized',
    'A client without credentials is refused by a broker that asks for them',
    (bench) => pub(bench, ['-t', 'house/door', '-m', 'open']),
    'mosquitto-users',
  ),
  mosquitto(
    'bad-credentials',
    'A wrong password is refused',
    (bench) => pub(bench, ['-t', 'house/door', '-m', 'open', '-u', 'tester', '-P', 'wrong']),
    'mosquitto-users',
  ),
  mosquitto(
    'credentials',
    'User name and password are accepted',
    (bench) => pub(bench, ['-t', 'house/door', '-m', 'open', '-q', '1', '-u', 'tester', '-P', 'tester']),
    'mosquitto-users',
  ),
];

function curl(
  what: string,
  title: string,
  broker: CapturedBroker,
  play: (bench: Bench) => Promise<void>,
): Conversation {
  const note = 'curl makes up a client id: its letters are written as 0.';
  return { name: `curl/${what}`, title, client: 'curl', broker, note, play };
}

const curlUser = ({ credentials: { userName, password } }: Bench): string[] =>
  userName === undefined ? [] : ['-u', `${userName}:${password ?? ''}`];

const curlPublishes = (bench: Bench): Promise<void> =>
  bench.run('curl', ['-s', ...curlUser(bench), '-d', 'open', `mqtt://127.0.0.1:${bench.port}/house/door`]);

const curlConversations: readonly Conversation[] = [
  curl('publish', 'curl publishes at QoS 0', 'mosquitto', curlPublishes),
  curl('publish-with-password', 'curl publishes with user name and password', 'mosquitto-users', curlPublishes),
  curl('publish-to-rabbitmq', 'curl publishes at QoS 0', 'rabbitmq', curlPublishes),
  curl('subscribe', 'curl subscribes, and gets messages until it is ended', 'mosquitto', async (bench) => {
    const program = bench.start('curl', ['-s', '-N', `mqtt://127.0.0.1:${bench.port}/house/door`]);
    await bench.until({ connection: 'curl', what: 'suback' });
    await pub(bench, ['-q', '1', '-t', 'house/door', '-m', 'open']);
    await bench.until({ connection: 'curl', what: 'publish' });
    program.kill('SIGTERM');
  }),
];

export const programConversations: readonly Conversation[] = [...mosquittoConversations, ...curlConversations];
