// Conversations that any client library can have. Each cleans up behind itself: the next one meets no session and no retained message.
import type { Bench } from './bench.ts';
import type { CapturedBroker, Conversation } from './conversation.ts';
import type { LibraryName } from './libraries.ts';

interface Play {
  readonly title: string;
  readonly play: (bench: Bench, library: LibraryName) => Promise<void>;
}

/** One message from a publisher to a subscriber. */
const oneMessage = (qos: 0 | 1 | 2, level: 3 | 4 = 4): Play => ({
  title: `A message goes from a publisher to a subscriber at QoS ${qos}${level === 3 ? ', over MQTT 3.1' : ''}`,
  play: async (bench, library) => {
    const sub = await bench.connected(library, { clientId: 'sub', level });
    await sub.subscribe({ 'house/door': qos });
    const pub = await bench.connected(library, { clientId: 'pub', level });
    await pub.publish({ topicName: 'house/door', payload: 'open', qos });
    await bench.until({ connection: 'sub', what: qos === 2 ? 'pubrel' : 'publish' });
    await pub.disconnect();
    await sub.disconnect();
  },
});

/** Messages wait for a client that is away. */
const sessionResumed = (qos: 1 | 2): Play => ({
  title: `A stored session keeps its subscription and gets at QoS ${qos} what was published meanwhile`,
  play: async (bench, library) => {
    const before = await bench.connected(library, { clientId: 'keeper', cleanSession: false });
    await before.subscribe({ 'house/log': qos });
    await before.disconnect();
    const pub = await bench.connected(library, { clientId: 'pub' });
    await pub.publish({ topicName: 'house/log', payload: 'first', qos });
    await pub.publish({ topicName: 'house/log', payload: 'second', qos });
    const again = await bench.connected(library, { clientId: 'keeper', cleanSession: false });
    await bench.until({ connection: 'keeper-2', what: qos === 2 ? 'pubrel' : 'publish', times: 2 });
    await pub.disconnect();
    await again.disconnect();
    const clearing = await bench.connected(library, { clientId: 'keeper' });
    await clearing.disconnect();
  },
});

const will = (retain: boolean): Play => ({
  title: `A will is published when its client is gone${retain ? ', and kept as a retained message' : ''}`,
  play: async (bench, library) => {
    const sub = await bench.connected(library, { clientId: 'sub' });
    await sub.subscribe({ 'house/state': 1 });
    const message = { topicName: 'house/state', qos: 1, retain, message: 'offline' } as const;
    const owner = await bench.connected(library, { clientId: 'owner', will: message });
    await owner.drop();
    await bench.until({ connection: 'sub', what: 'publish' });
    if (retain) {
      const late = await bench.connected(library, { clientId: 'late' });
      await late.subscribe({ 'house/+': 1 });
      await bench.until({ connection: 'late', what: 'publish' });
      await sub.disconnect();
      await late.publish({ topicName: 'house/state', payload: '', qos: 1, retain: true });
      await bench.until({ connection: 'late', what: 'publish', times: 2 });
      await late.disconnect();
    } else await sub.disconnect();
  },
});

export const plays = {
  'qos-0': oneMessage(0),
  'qos-1': oneMessage(1),
  'qos-2': oneMessage(2),
  'qos-2-granted-1': {
    title: 'Where QoS 1 is granted instead of QoS 2, a message published at QoS 2 is delivered at QoS 1',
    play: async (bench, library) => {
      const sub = await bench.connected(library, { clientId: 'sub' });
      await sub.subscribe({ 'house/door': 2 });
      const pub = await bench.connected(library, { clientId: 'pub' });
      await pub.publish({ topicName: 'house/door', payload: 'open', qos: 2 });
      await bench.until({ connection: 'sub', what: 'publish' });
      await pub.disconnect();
      await sub.disconnect();
    },
  },
  'level-3-qos-1': oneMessage(1, 3),
  'level-3-qos-2': oneMessage(2, 3),
  'session-qos-1': sessionResumed(1),
  'session-qos-2': sessionResumed(2),
  will: will(false),
  'will-retained': will(true),
  retained: {
    title: 'A retained message is delivered to a later subscriber, replaced, and cleared',
    play: async (bench, library) => {
      const pub = await bench.connected(library, { clientId: 'pub' });
      await pub.publish({ topicName: 'house/lamp', payload: 'on', qos: 1, retain: true });
      const sub = await bench.connected(library, { clientId: 'sub' });
      await sub.subscribe({ 'house/lamp': 1 });
      await bench.until({ connection: 'sub', what: 'publish' });
      await pub.publish({ topicName: 'house/lamp', payload: 'off', qos: 1, retain: true });
      await bench.until({ connection: 'sub', what: 'publish', times: 2 });
      await pub.publish({ topicName: 'house/lamp', payload: '', qos: 1, retain: true });
      await bench.until({ connection: 'sub', what: 'publish', times: 3 });
      await sub.disconnect();
      const late = await bench.connected(library, { clientId: 'late' });
      await late.subscribe({ 'house/lamp': 1 });
      await late.disconnect();
      await pub.disconnect();
    },
  },
  unsubscribe: {
    title: 'After UNSUBSCRIBE only what other filters match is delivered',
    play: async (bench, library) => {
      const sub = await bench.connected(library, { clientId: 'sub' });
      await sub.subscribe({ 'house/door': 1, 'house/window': 1 });
      await sub.unsubscribe('house/door');
      const pub = await bench.connected(library, { clientId: 'pub' });
      await pub.publish({ topicName: 'house/door', payload: 'open', qos: 1 });
      await pub.publish({ topicName: 'house/window', payload: 'closed', qos: 1 });
      await bench.until({ connection: 'sub', what: 'publish' });
      await pub.disconnect();
      await sub.disconnect();
    },
  },
  wildcards: {
    title: 'Filters with wildcards at different QoS get what they match',
    play: async (bench, library) => {
      const sub = await bench.connected(library, { clientId: 'sub' });
      await sub.subscribe({ 'house/+/temperature': 0, 'garden/#': 1, 'car/engine': 2 });
      const pub = await bench.connected(library, { clientId: 'pub' });
      await pub.publish({ topicName: 'house/kitchen/temperature', payload: '21', qos: 1 });
      await pub.publish({ topicName: 'house/kitchen/humidity', payload: '40', qos: 1 });
      await pub.publish({ topicName: 'garden/north/bed/3', payload: 'dry', qos: 2 });
      await pub.publish({ topicName: 'car/engine', payload: 'off', qos: 2 });
      await bench.until({ connection: 'sub', what: 'publish', times: 3 });
      await pub.disconnect();
      await sub.disconnect();
    },
  },
  'keep-alive': {
    title: 'A client with a Keep Alive of one second stays connected by PINGREQ',
    play: async (bench, library) => {
      const idle = await bench.connected(library, { clientId: 'idle', keepAlive: 1 });
      await bench.until({ connection: 'idle', what: 'pingresp', times: 2 });
      await idle.disconnect();
    },
  },
  takeover: {
    title: 'A client that comes with the client id of another one ends its connection',
    play: async (bench, library) => {
      await bench.connected(library, { clientId: 'twin' });
      const second = await bench.connected(library, { clientId: 'twin' });
      await bench.until({ connection: 'twin', what: 'fin' });
      await second.publish({ topicName: 'house/door', payload: 'open', qos: 1 });
      await second.disconnect();
    },
  },
  'in-flight': {
    title: 'Ten messages at QoS 2 are under way at once',
    play: async (bench, library) => {
      const sub = await bench.connected(library, { clientId: 'sub' });
      await sub.subscribe({ 'house/meter': 2 });
      const pub = await bench.connected(library, { clientId: 'pub' });
      await pub.publish({ topicName: 'house/meter', payload: 'tick', qos: 2, times: 10 });
      await bench.until({ connection: 'sub', what: 'pubrel', times: 10 });
      await pub.disconnect();
      await sub.disconnect();
    },
  },
  'bad-credentials': {
    title: 'A client with a wrong password is refused',
    play: async (bench, library) => {
      await bench.client(library).isRefused({ clientId: 'intruder', userName: 'nobody', password: 'wrong' });
    },
  },
} as const satisfies Readonly<Record<string, Play>>;

export type PlayName = keyof typeof plays;

/** Conversations of a library with a broker, filed under `folder`. */
export function libraryConversations(
  folder: string,
  { library, broker, names }: { library: LibraryName; broker: CapturedBroker; names: readonly PlayName[] },
): Conversation[] {
  return names.map((name) => {
    const { title, play } = plays[name];
    return { name: `${folder}/${name}`, title, client: library, broker, play: (bench) => play(bench, library) };
  });
}
