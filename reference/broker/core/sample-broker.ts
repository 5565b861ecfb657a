// For tests: a core with clients, without network, and time that stands still until it is told to go on.
import { decode } from '../../codec/decode.ts';
import { encode } from '../../codec/encode.ts';
import { Framer } from '../../codec/framer.ts';
import type { Connect, Packet, ProtocolLevel, Publish, SubackReturnCode } from '../../codec/packet.ts';
import type { Qos } from '../../message.ts';
import { BrokerCore, type BrokerCoreOptions } from './broker-core.ts';
import { Connection } from './connection.ts';
import type { Limits } from './limits.ts';
import { defaultParts, type Parts } from './parts.ts';
import { type RuleChanges, rulesWith } from './rules/rules.ts';

export interface SampleOptions
  extends Partial<
    Pick<BrokerCoreOptions, 'authenticate' | 'authorize' | 'authorizesDeliveries' | 'sessionsHaveOwners' | 'events'>
  > {
  readonly limits?: Partial<Limits>;
  readonly rules?: RuleChanges;
  readonly parts?: Partial<Parts>;
}

const limits: Limits = {
  maxPacketBytes: 1_000_000,
  maxConnections: 1_000,
  connectTimeoutMs: 10_000,
  maxInFlight: 100,
  maxQueuedMessages: 1_000,
};

export class SampleBroker {
  readonly core: BrokerCore;
  readonly #clients: SampleClient[] = [];

  constructor({ limits: others, rules, parts, authenticate, events = {}, ...more }: SampleOptions = {}) {
    let last = 0;
    this.core = new BrokerCore({
      rules: rulesWith(rules),
      parts: { ...defaultParts, ...parts },
      limits: { ...limits, ...others },
      ...(authenticate === undefined ? {} : { authenticate }),
      events,
      ...more,
      random: () => (last = (last + 0.37) % 1),
    });
  }

  /** A connection that has sent nothing. */
  dial(): SampleClient {
    const client = new SampleClient(this.core);
    this.#clients.push(client);
    this.core.connections++;
    return client;
  }

  /** A client that is connected; its CONNACK is taken already. */
  client(clientId: string, more: ConnectFields = {}): SampleClient {
    const client = this.dial().sends(connect(clientId, more));
    client.taken();
    return client;
  }

  /** A client with subscriptions; its SUBACK is taken already. */
  subscriber(clientId: string, filters: Readonly<Record<string, Qos>>, more: ConnectFields = {}): SampleClient {
    const client = this.client(clientId, more);
    client.subscribe(filters);
    return client;
  }

  /** Lets time go by, in one step. */
  advance(ms: number): void {
    this.core.now += ms;
    this.core.tick(this.core.now);
    this.core.flush();
  }
}

/** A client without a network. */
export class SampleClient {
  readonly connection: Connection;
  /** The broker has ended the connection. */
  closed = false;
  /** The broker reads no more from the client. */
  isPaused = false;
  /** What the broker's transport says of bytes that the client has not taken. */
  bufferedBytes = 0;
  readonly #core: BrokerCore;
  readonly #bytes: Uint8Array[] = [];
  readonly #framer = new Framer();
  readonly #got: Packet[] = [];

  constructor(core: BrokerCore) {
    this.#core = core;
    const client = this;
    this.connection = new Connection(core, {
      now: core.now,
      port: {
        remoteAddress: '192.0.2.1',
        get bufferedBytes() {
          return client.bufferedBytes;
        },
        write: (bytes) => this.#bytes.push(new Uint8Array(bytes)),
        close: () => {
          this.closed = true;
        },
        pause: () => {
          this.isPaused = true;
        },
        resume: () => {
          this.isPaused = false;
        },
      },
    });
  }

  /** Sends packets, or bytes where they are no packet, all in one segment. */
  sends(...packets: readonly (Packet | Uint8Array)[]): this {
    const bytes = packets.map((packet) => (packet instanceof Uint8Array ? packet : encode(packet)));
    this.connection.receive(Buffer.concat(bytes), this.#core.now);
    this.#core.flush();
    return this;
  }

  /** Ends the connection without DISCONNECT. */
  cut(): void {
    this.connection.peerEnded(this.#core.now);
    this.#core.flush();
  }

  /** What came since the last call. */
  taken(): Packet[] {
    this.#read();
    return this.#got.splice(0);
  }

  /** What came since the last call, as bytes that need not be packets. */
  takenBytes(): Uint8Array {
    return Buffer.concat(this.#bytes.splice(0));
  }

  #read(): void {
    this.#framer.push(this.takenBytes(), (frame) => this.#got.push(decode(frame.slice(), { sentBy: 'server' })));
  }

  /** What came since the last call, in words: `publish 1 t hello qos 1 dup retain`, `suback 1 [0,128]`. */
  told(): string[] {
    return this.taken().map(words);
  }

  /** Subscribes, and takes the SUBACK alone; what is retained is left. */
  subscribe(filters: Readonly<Record<string, Qos>>): readonly SubackReturnCode[] {
    const [first, ...others] = Object.entries(filters).map(([topicFilter, qos]) => ({ topicFilter, qos }));
    if (first === undefined) return [];
    this.sends({ type: 'subscribe', packetId: 1, subscriptions: [first, ...others] });
    this.#read();
    const at = this.#got.findIndex(({ type }) => type === 'suback');
    const [suback] = at < 0 ? [] : this.#got.splice(at, 1);
    return suback?.type === 'suback' ? suback.returnCodes : [];
  }
}

function words(packet: Packet): string {
  switch (packet.type) {
    case 'publish': {
      const { packetId, topicName, payload, qos, dup, retain } = packet;
      const id = packetId === undefined ? '' : ` ${packetId}`;
      const text = new TextDecoder().decode(payload);
      return `publish${id} ${topicName} ${text} qos ${qos}${dup ? ' dup' : ''}${retain ? ' retain' : ''}`;
    }
    case 'connack':
      return `connack ${packet.returnCode}${packet.sessionPresent ? ' session present' : ''}`;
    case 'suback':
      return `suback ${packet.packetId} [${packet.returnCodes}]`;
    default:
      return 'packetId' in packet ? `${packet.type} ${packet.packetId}` : packet.type;
  }
}

export type ConnectFields = Partial<Pick<Connect, 'cleanSession' | 'keepAlive' | 'will'>> & {
  readonly protocolLevel?: ProtocolLevel;
  readonly userName?: string;
  readonly password?: Uint8Array;
};

export const connect = (clientId: string, more: ConnectFields = {}): Connect =>
  ({ type: 'connect', protocolLevel: 4, cleanSession: true, keepAlive: 0, clientId, ...more }) as Connect;

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** PUBLISH; QoS 0 without an identifier. */
export function publish(
  topicName: string,
  text: string,
  more: { qos?: Qos; packetId?: number; dup?: boolean; retain?: boolean } = {},
): Publish {
  const { qos = 0, packetId = 1, dup = false, retain = false } = more;
  const common = { type: 'publish', topicName, payload: bytes(text), retain } as const;
  return qos === 0 ? { ...common, qos, dup: false } : { ...common, qos, dup, packetId };
}

/** Bytes written as hex, blanks between fields allowed. */
export const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
