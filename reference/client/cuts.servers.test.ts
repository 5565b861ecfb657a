// The client through a proxy that cuts connections at random, at brokers that we did not write: nothing is lost at QoS 1, QoS 2 comes
// exactly once, order is kept. Set SEED to see a run again.
import { afterAll, describe, expect, test } from 'vitest';
import { type BrokerName, type RealBroker, startRealBroker } from '../../scripts/brokers/start.ts';
import type { Qos } from '../message.ts';
import { type Client, type ClientOptions, connect } from './index.ts';
import { Conversation } from './sample-conversation.ts';
import { type CuttingProxy, startCuttingProxy } from './sample-cutting-proxy.ts';

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
process.stdout.write(`SEED=${seed}\n`);

/** mulberry32: small, and the same for the same seed. */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Published at the same time. */
const inFlight = 64;
/** mosquitto 2.0.11 loses QoS 2 messages of a client that has more than 20 under way, without any cut, and also from MQTT.js. */
const maxInFlight = 16;
/**
 * The publisher is ahead of the subscriber by no more: mosquitto drops what it would keep beyond 1,000 messages, as it may, and it keeps
 * each until a PUBCOMP has come through; and all that it keeps it sends again on each connection.
 */
const mostAhead = 100;
/** Connections on which nothing moves are cut too: mosquitto 2.0.11 now and then delivers what it has queued only to who connects again. */
const stallMs = 1_000;
/** So often in turn, and so often in all, nothing may have come before a trial is given up; and so many trials there are. */
const mostStallsInTurn = 10;
const mostStalls = 20;
const mostTrials = 6;
/**
 * Behind each cut so many messages come before the next, and some cuts at first are free: else a conversation in which the server sends
 * its session anew on each connection may spend all that lies between two cuts on that, and hardly get on.
 */
const messagesPerCut = 10;
const freeCuts = 5;
const totals = new Map<BrokerName, { readonly messages: number; readonly cuts: number }>();

/** A connection that may be cut before it is one. */
async function connectAt(port: number, options: ClientOptions): Promise<Client> {
  for (let attempts = 0; ; attempts++) {
    try {
      return await connect(`mqtt://127.0.0.1:${port}`, {
        cleanSession: false,
        keepAlive: 10,
        maxInFlight,
        // Few connections last: delays must not grow.
        reconnect: { firstDelayMs: 5, factor: 1 },
        ...options,
      });
    } catch (error) {
      if (attempts === 20) throw error;
    }
  }
}

/** PINGRESP, on whichever connection it takes. */
async function answered(client: Client): Promise<void> {
  if (!client.isConnected) await new Promise<void>((done) => client.on('connected', () => done()));
  await client.ping().catch(() => answered(client));
}

async function publishAll(
  client: Client,
  topicName: string,
  { qos, count, arrived }: { qos: Qos; count: number; arrived: (messages: number) => Promise<void> },
): Promise<void> {
  const flights: Promise<void>[] = [];
  for (let i = 0; i < count; i++) {
    if (i >= inFlight) await flights[i - inFlight];
    if (i >= mostAhead) await arrived(i - mostAhead);
    flights.push(client.publish(topicName, String(i), { qos }));
  }
  await Promise.all(flights);
}

/** What comes on a topic, and a promise of so many different messages. */
async function record(client: Client, topicName: string, qos: Qos) {
  const came: number[] = [];
  const seen = new Set<number>();
  let more = (): void => {};
  const subscription = await client.subscribe(topicName, {
    qos,
    onMessage: ({ text }) => {
      came.push(Number(text));
      seen.add(Number(text));
      more();
    },
  });
  const arrived = async (messages: number): Promise<void> => {
    while (seen.size < messages)
      await new Promise<void>((done) => {
        more = done;
      });
  };
  return { came, arrived, granted: subscription.qos };
}

type Role = 'publisher' | 'subscriber';

interface Row {
  readonly name: BrokerName;
  readonly qos: 1 | 2;
  readonly count: number;
  readonly cut: 'both' | Role;
  /** A connection is cut after so many bytes. */
  readonly cutAfterBytes: { readonly least: number; readonly most: number };
}

const often = { least: 300, most: 6_000 };
/**
 * RabbitMQ grants QoS 1 at most. aedes 1.2.0 lets new messages overtake those that it resends to a subscriber that was cut, sends a QoS 2
 * PUBLISH again, without DUP, whose PUBREL it has sent already, and sometimes nothing more: only its publishers are cut.
 */
const rows: readonly Row[] = [
  { name: 'mosquitto', qos: 1, count: 2_000, cut: 'both', cutAfterBytes: often },
  { name: 'mosquitto', qos: 2, count: 10_000, cut: 'both', cutAfterBytes: often },
  { name: 'rabbitmq', qos: 1, count: 10_000, cut: 'both', cutAfterBytes: often },
  { name: 'aedes', qos: 1, count: 5_000, cut: 'publisher', cutAfterBytes: { least: 150, most: 3_000 } },
  { name: 'aedes', qos: 2, count: 5_000, cut: 'publisher', cutAfterBytes: { least: 150, most: 3_000 } },
];

/**
 * What came, without what the server has sent as a new message once more. mosquitto 2.0.11 does so where a connection ends before it has
 * resent its PUBRELs, as packets show: PUBLISH 1013, PUBREC 1013, PUBREL 1013 (on eleven connections that were cut), a connection that
 * was cut behind CONNACK, and then on the next PUBLISH 1013 with DUP in place of PUBREL 1013. Who has got the first PUBREL cannot know
 * that this is no new message.
 */
function withoutRepeatsOfServer(came: readonly number[], timesSent: ReadonlyMap<string, number>): number[] {
  const times = new Map<number, number>();
  return came.filter((message) => {
    const time = (times.get(message) ?? 0) + 1;
    times.set(message, time);
    return time === 1 || time > (timesSent.get(String(message)) ?? 0);
  });
}

/** Cuts what does not move; resolves when that does not help either. */
function whenStalled(proxy: CuttingProxy, came: () => number, over: AbortSignal): Promise<'stalled'> {
  return new Promise((done) => {
    let [before, inTurn, inAll] = [0, 0, 0];
    const timer = setInterval(() => {
      proxy.cutStalled();
      const isStalled = came() === before;
      inTurn = isStalled ? inTurn + 1 : 0;
      inAll += Number(isStalled);
      before = came();
      if (inTurn === mostStallsInTurn || inAll === mostStalls) done('stalled');
    }, stallMs);
    over.addEventListener('abort', () => clearInterval(timer));
  });
}

describe('through a proxy that cuts', () => {
  const brokers = new Map<BrokerName, Promise<RealBroker>>();
  const started = (name: BrokerName): Promise<RealBroker> => {
    const broker = brokers.get(name) ?? startRealBroker(name);
    brokers.set(name, broker);
    return broker;
  };
  afterAll(async () => {
    for (const broker of brokers.values()) await (await broker).stop();
  });

  const stopped = async (name: BrokerName): Promise<void> => {
    const broker = brokers.get(name);
    brokers.delete(name);
    await (await broker)?.stop();
  };

  /** One try with fresh clients; what came, but for what a server repeats that must not. Undefined where nothing more comes, however often the connections are made anew. */
  async function tried(
    { name, qos, count, cut, cutAfterBytes }: Row,
    trial: number,
  ): Promise<readonly number[] | undefined> {
    const targetPort = Number(new URL((await started(name)).address).port);
    const random = randomFrom(seed + qos + trial);
    const conversation = new Conversation();
    let arrivals: readonly number[] = [];
    const mayCut = (cuts: number): boolean => cuts < freeCuts + arrivals.length / messagesPerCut;
    await using proxy = await startCuttingProxy({
      targetPort,
      random,
      cutAfterBytes,
      mayCut,
      passed: conversation.passed,
    });
    const clientIdOf = (role: Role): string => `${role}${qos}${cut}${trial}${seed}`;
    const over = new AbortController();
    const clients: Client[] = [];
    await using _ended = {
      [Symbol.asyncDispose]: async (): Promise<void> => {
        for (const client of clients) await client[Symbol.asyncDispose]();
      },
    };
    const connectAs = async (role: Role): Promise<Client> => {
      const port = cut === 'both' || cut === role ? proxy.port : targetPort;
      const client = await connectAt(port, { clientId: clientIdOf(role), random });
      clients.push(client);
      // The others are ended already.
      if (over.signal.aborted) await client[Symbol.asyncDispose]();
      return client;
    };
    const converse = async (): Promise<'done'> => {
      const subscriber = await connectAs('subscriber');
      const publisher = await connectAs('publisher');
      const { came, arrived, granted } = await record(subscriber, `cuts/${seed}/${qos}/${cut}/${trial}`, qos);
      arrivals = came;
      expect(granted).toBe(qos);
      await publishAll(publisher, `cuts/${seed}/${qos}/${cut}/${trial}`, { qos, count, arrived });
      await arrived(count);
      proxy.spare();
      // What was sent twice has come by then.
      await answered(subscriber);
      return 'done';
    };
    const conversed = converse();
    // What was under way when a trial is given up is nobody's concern any more.
    conversed.catch(() => {});
    const outcome = await Promise.race([conversed, whenStalled(proxy, () => arrivals.length, over.signal)]);
    over.abort();
    if (outcome === 'stalled') return undefined;
    const came = arrivals;
    const total = totals.get(name) ?? { messages: 0, cuts: 0 };
    totals.set(name, { messages: total.messages + count, cuts: total.cuts + proxy.cuts });
    const kept = withoutRepeatsOfServer(came, conversation.timesSent(clientIdOf('subscriber'), 'server'));
    process.stdout.write(
      `${name}, QoS ${qos}, cut ${cut}: ${count} messages, ${proxy.cuts} cuts, ${came.length - count} repeated, ${came.length - kept.length} of them at QoS 2 by the server alone\n`,
    );
    // MQTT-4.3.3-1: no PUBLISH behind its PUBREL.
    const sentTwice = [...conversation.timesSent(clientIdOf('publisher'), 'client')].filter(([, times]) => times > 1);
    expect(sentTwice).toEqual([]);
    return kept;
  }

  test.each(rows)('$name, QoS $qos, $count messages, cut: $cut', async (row) => {
    const { name, qos, count } = row;
    let came: readonly number[] | undefined;
    for (let trial = 1; came === undefined && trial <= mostTrials; trial++) {
      came = await tried(row, trial);
      if (came !== undefined) break;
      process.stdout.write(`${name}, QoS ${qos}: nothing more came in trial ${trial}\n`);
      await stopped(name);
    }
    const wanted = Array.from({ length: count }, (_, i) => i);
    // At QoS 1 a message may come again; its first coming counts.
    expect(qos === 2 ? came : [...new Set(came)]).toEqual(wanted);
  });

  test.each([...new Set(rows.map(({ name }) => name))])('%s: 10,000 messages and 200 cuts', (name) => {
    const { messages, cuts } = totals.get(name) ?? { messages: 0, cuts: 0 };
    process.stdout.write(`${name}: ${messages} messages, ${cuts} cuts\n`);
    expect(messages).toBeGreaterThanOrEqual(10_000);
    expect(cuts).toBeGreaterThanOrEqual(200);
  });
});
