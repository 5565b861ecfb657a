// An echo through mosquitto: each message that comes back is answered by the next, so many are always under way. The application answers
// as an `async` function does, behind an await, or within the callback; docs/performance.md tells why that decides how MQTT.js fares.
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import mqtt from 'mqtt';
import { connect } from '../../../reference/client/index.ts';
import { encode } from '../../../reference/codec/encode.ts';
import { PacketReader, type PacketSink } from '../../../reference/codec/packet-reader.ts';
import { startRealBroker } from '../../brokers/start.ts';
import { contenders, type Row } from '../row.ts';
import { noClient } from './bare-socket.ts';

const inFlight = 20;
const measureMs = 800;
const topic = 'echo/topic';
const payload = Buffer.alloc(16, 'x');

interface EchoOptions {
  readonly forMs: number;
  readonly answers: 'behind an await' | 'within the callback';
}

class Echo {
  readonly #publish: () => unknown;
  readonly #awaits: boolean;
  readonly #endsAt: number;
  readonly #began = performance.now();
  #count = 0;
  #finish = (_rate: number): void => {};
  readonly rate = new Promise<number>((done) => {
    this.#finish = done;
  });

  constructor(publish: () => unknown, { forMs, answers }: EchoOptions) {
    this.#publish = publish;
    this.#awaits = answers === 'behind an await';
    this.#endsAt = this.#began + forMs;
    for (let i = 0; i < inFlight; i++) publish();
  }

  async came(): Promise<void> {
    if (this.#awaits) await undefined;
    this.#count++;
    const now = performance.now();
    if (now < this.#endsAt) this.#publish();
    else this.#finish((this.#count * 1_000) / (now - this.#began));
  }
}

async function ours(address: string, options: EchoOptions): Promise<number> {
  await using client = await connect(address);
  let echo: Echo | undefined;
  await client.subscribe(topic, { qos: 1, onMessage: () => void echo?.came() });
  echo = new Echo(() => void client.publish(topic, payload, { qos: 1 }).catch(() => {}), options);
  return await echo.rate;
}

async function theirs(address: string, options: EchoOptions, { noDelay }: { noDelay: boolean }): Promise<number> {
  const client = await mqtt.connectAsync(address, { reconnectPeriod: 0 });
  if (noDelay && 'setNoDelay' in client.stream) (client.stream as { setNoDelay(on: boolean): void }).setNoDelay(true);
  let echo: Echo | undefined;
  client.on('message', () => void echo?.came());
  await client.subscribeAsync(topic, { qos: 1 });
  echo = new Echo(() => client.publish(topic, payload, { qos: 1 }), options);
  const rate = await echo.rate;
  await client.endAsync(true);
  return rate;
}

/** What mosquitto lets through at most: no client at all, but packets made before. */
function bare(address: string, { forMs }: EchoOptions): Promise<number> {
  const { hostname, port } = new URL(address);
  const socket = createConnection({ host: hostname, port: Number(port), noDelay: true });
  const connectPacket = encode({
    type: 'connect',
    protocolLevel: 4,
    cleanSession: true,
    keepAlive: 60,
    clientId: 'bare',
  });
  const subscriptions = [{ topicFilter: topic, qos: 1 }] as const;
  const publish = { type: 'publish', qos: 1, dup: false, retain: false, topicName: topic, payload } as const;
  const packets = Array.from({ length: inFlight + 1 }, (_, i) =>
    Buffer.from(encode({ ...publish, packetId: Math.max(1, i) })),
  );
  const idAt = 4 + topic.length;
  const packetReader = new PacketReader({ sentBy: 'server' });
  return new Promise((done, broke) => {
    const began = performance.now();
    let count = 0;
    let out: Uint8Array[] = [];
    const sink: PacketSink = {
      publish: (view) => {
        count++;
        out.push(Uint8Array.of(0x40, 2, view.packetId >> 8, view.packetId & 255));
        const next = packets[1 + (count % inFlight)] as Buffer;
        next.writeUInt16BE(1 + (count % 65_535), idAt);
        out.push(Buffer.from(next));
      },
      packet: ({ type }) => {
        if (type === 'connack') out.push(encode({ type: 'subscribe', packetId: 65_000, subscriptions }));
        if (type === 'suback') out.push(...packets.slice(1));
      },
    };
    socket.on('error', broke);
    socket.on('data', (chunk) => {
      packetReader.visit(chunk, sink);
      const passed = performance.now() - began;
      if (out.length > 0) socket.write(Buffer.concat(out));
      out = [];
      if (passed < forMs) return;
      socket.destroy();
      done((count * 1_000) / passed);
    });
    socket.write(connectPacket);
  });
}

/** CPU time that a process has used, in ticks of 10 ms. */
function ticksOf(pid: number): number {
  const [, behindName = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const fields = behindName.split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** What mosquitto uses of a core meanwhile, in percent: near 100 no client can get more out of it. */
async function loadOf(pid: number, work: () => Promise<number>): Promise<number> {
  const [began, ticks] = [performance.now(), ticksOf(pid)];
  await work();
  return ((ticksOf(pid) - ticks) * 1_000) / (performance.now() - began);
}

type Wanted = Pick<Row, 'id' | 'title' | 'unit' | 'comparisons'>;

interface Echoed {
  readonly figure: 'rate' | 'load';
  readonly answers: EchoOptions['answers'];
  /** What mosquitto's configuration says of Nagle's algorithm. */
  readonly noDelay: boolean;
}

function echoRow({ figure, answers, noDelay }: Echoed, wanted: Wanted): Row {
  return {
    ...wanted,
    better: 'more',
    open: async ({ smoke }) => {
      const { address, pid, stop } = await startRealBroker('mosquitto', { noDelay });
      const options = { forMs: smoke ? 20 : measureMs, answers };
      const of = (echo: () => Promise<number>) => (figure === 'rate' ? echo : () => loadOf(pid, echo));
      return contenders(
        {
          ours: of(() => ours(address, options)),
          'mqtt.js': of(() => theirs(address, options, { noDelay: false })),
          [noClient]: of(() => bare(address, options)),
          'mqtt.js with setNoDelay': of(() => theirs(address, options, { noDelay: true })),
        },
        stop,
      );
    },
  };
}

export const echoRows: readonly Row[] = [
  echoRow(
    { figure: 'rate', answers: 'behind an await', noDelay: true },
    {
      id: 'client/echo-mosquitto',
      title:
        'client: echo through mosquitto (set_tcp_nodelay), QoS 1, 20 in flight (needs scripts/brokers/install.sh mosquitto)',
      unit: 'messages/s',
      comparisons: [
        { against: 'mqtt.js', atLeast: 60, possible: 100 },
        { against: 'mqtt.js with setNoDelay', atLeast: 1.1, possible: 1.4 },
        { against: noClient, atLeast: 0.8, possible: 1 },
      ],
    },
  ),
  echoRow(
    { figure: 'load', answers: 'behind an await', noDelay: true },
    {
      id: 'client/echo-mosquitto-load',
      title: 'client: the same echo: what mosquitto itself uses of a core, near 100 of which no client gets more',
      unit: '%',
      comparisons: [],
    },
  ),
  echoRow(
    { figure: 'rate', answers: 'within the callback', noDelay: false },
    {
      id: 'client/echo-nagle',
      title: 'client: echo through mosquitto as it is by default, with Nagle, answered within the callback',
      unit: 'messages/s',
      comparisons: [
        { against: 'mqtt.js', atLeast: 1.1 },
        { against: 'mqtt.js with setNoDelay', atLeast: 1.1 },
      ],
    },
  ),
];
