// A client that sends any bytes and looks at what comes. In: bytes. Out: packets, and how the connection ended.
import { connect as dial, type Socket } from 'node:net';
import { encode } from '../../reference/codec/encode.ts';
import type { Packet } from '../../reference/codec/packet.ts';
import { PacketReader } from '../../reference/codec/packet-reader.ts';
import type { Qos } from '../../reference/message.ts';
import { within } from './within.ts';

const answersWithinMs = 20_000;

/** A connection that has sent nothing; rejects if it is refused. */
export function openPeer(port: number): Promise<Peer> {
  const socket = dial({ host: '127.0.0.1', port, noDelay: true });
  const opened = new Promise<Peer>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(new Peer(socket));
    });
  });
  return within(answersWithinMs, 'a connection is open', opened);
}

/** A connection whose CONNECT was accepted. */
export async function connectPeer(port: number, clientId: string, more: object = {}): Promise<Peer> {
  const peer = await openPeer(port);
  peer.send(connectBytes(clientId, more));
  await peer.next('connack');
  return peer;
}

export const connectBytes = (clientId: string, more: object = {}): Uint8Array =>
  encode({ type: 'connect', protocolLevel: 4, cleanSession: true, keepAlive: 0, clientId, ...more } as Packet);

export interface Publishing {
  readonly qos?: Qos;
  readonly packetId?: number;
  readonly retain?: boolean;
}

export function publishBytes(topicName: string, payload: Uint8Array, more: Publishing = {}): Uint8Array {
  const { qos = 0, packetId = 1, retain = false } = more;
  const common = { type: 'publish', topicName, payload, retain, dup: false } as const;
  return encode(qos === 0 ? { ...common, qos } : { ...common, qos, packetId });
}

export const subscribeBytes = (packetId: number, topicFilters: readonly string[], qos: Qos = 0): Uint8Array => {
  const [first = '#', ...rest] = topicFilters;
  const wanted = (topicFilter: string) => ({ topicFilter, qos });
  return encode({ type: 'subscribe', packetId, subscriptions: [wanted(first), ...rest.map(wanted)] });
};

export class Peer implements Disposable {
  readonly socket: Socket;
  /** Settles when the connection is over, by whatever means. */
  readonly closed: Promise<void>;
  /** Called with each packet that comes. */
  readonly listeners = new Set<(packet: Packet) => void>();
  #packets = 0;
  #isOpen = true;

  constructor(socket: Socket) {
    this.socket = socket;
    const reader = new PacketReader({ sentBy: 'server' });
    socket.on('data', (chunk: Uint8Array) =>
      reader.push(chunk, (packet) => {
        this.#packets++;
        for (const listener of this.listeners) listener(packet);
      }),
    );
    socket.on('error', () => {});
    this.closed = new Promise((done) =>
      socket.once('close', () => {
        this.#isOpen = false;
        done();
      }),
    );
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Packets that have come in all. */
  get packets(): number {
    return this.#packets;
  }

  send(bytes: Uint8Array): void {
    if (this.#isOpen && this.socket.writable) this.socket.write(bytes);
  }

  /** Sends, and waits until the system has taken the bytes or the connection is over. */
  async sendAll(bytes: Uint8Array): Promise<void> {
    const taken = new Promise<void>((done) => this.socket.write(bytes, () => done()));
    await within(answersWithinMs, 'the bytes are taken', Promise.race([taken, this.closed]));
  }

  /** The next packet of a type; rejects if the connection ends before, or nothing comes in time. */
  next<Type extends Packet['type']>(type: Type): Promise<Extract<Packet, { type: Type }>> {
    let stop = (): void => {};
    const came = new Promise<Extract<Packet, { type: Type }>>((resolve, reject) => {
      const listener = (packet: Packet): void => {
        if (packet.type === type) resolve(packet as Extract<Packet, { type: Type }>);
      };
      this.listeners.add(listener);
      stop = () => void this.listeners.delete(listener);
      void this.closed.then(() => reject(new Error(`the connection ended ahead of ${type.toUpperCase()}`)));
    });
    return within(answersWithinMs, `${type.toUpperCase()} comes`, came).finally(stop);
  }

  /** Waits until the broker has ended the connection. */
  end(withinMs = answersWithinMs): Promise<void> {
    return within(withinMs, 'the broker ends the connection', this.closed);
  }

  /** PINGREQ is answered: everything before has been read. */
  async ping(): Promise<void> {
    const answer = this.next('pingresp');
    this.send(encode({ type: 'pingreq' }));
    await answer;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
