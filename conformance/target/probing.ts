// What all probes share: clients of theirs, and how long the target takes to answer them.
import type { Qos } from '../../reference/message.ts';
import { LinkRefused } from '../wire/link.ts';
import { subscribe } from '../wire/packets.ts';
import { Client } from '../wire/play/client.ts';
import type { Names } from '../wire/play/names.ts';
import { formatAddress } from './address.ts';
import { NoTarget, unreachable } from './no-target.ts';
import { type AskedConnect, type Basics, connectTo, firstReplyFactor, openQuietly } from './quietly.ts';
import { ReplyTimes } from './reply-times.ts';

const unanswered = 'does not answer a CONNECT';

/** Owns the clients that it opens: `close` ends them all. */
export class Probing {
  readonly #options: Basics;
  readonly #clients: Client[] = [];
  readonly #replyTimes: ReplyTimes;
  #slowestReplyMs = 0;
  #isSilent = false;
  /** Of the protocol that its clients speak. */
  level: 3 | 4 = 4;

  constructor(options: Basics) {
    this.#options = options;
    this.#replyTimes = new ReplyTimes(options.now);
  }

  get names(): Names {
    return this.#options.names;
  }

  get replyMs(): number {
    return this.#options.replyMs;
  }

  /** The longest that a SUBACK took, in milliseconds. */
  get slowestReplyMs(): number {
    return this.#slowestReplyMs;
  }

  /** The same of every reply and delivery. */
  get slowestOfAllMs(): number {
    return this.#replyTimes.slowestMs;
  }

  /** A CONNECT was answered with nothing, by somebody who reads. */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** The CONNACK's return code, or what happened instead. */
  async tryConnect(asked: AskedConnect, factor = 1): Promise<number | string> {
    const client = await this.#open();
    client.connection.send(connectTo(this.#options.address, asked));
    const arrival = await client.connection.waitFor(
      () =>
        client.connection.take(() => true) ??
        (client.connection.isOpen && !unreadable(client) ? undefined : ('over' as const)),
      this.#options.replyMs * factor,
    );
    if (arrival === undefined && client.connection.unfinished.length === 0) this.#isSilent = await reads(client);
    const { isOpen, ending, unfinished } = client.connection;
    const text = printable(unfinished);
    // Whoever was let in leaves no will.
    if (isOpen && typeof arrival === 'object') client.connection.send({ type: 'disconnect' });
    client.connection.cut('FIN');
    if (arrival === undefined) return text === '' ? unanswered : `answers a CONNECT with something else: ${text}`;
    if (arrival === 'over') {
      if (unfinished.length > 0) return `answers a CONNECT with something that is no MQTT: ${text}`;
      return isOpen ? unanswered : `closes the connection (${ending?.how ?? 'FIN'}) upon a CONNECT`;
    }
    return arrival.packet.type === 'connack'
      ? arrival.packet.returnCode
      : 'answers a CONNECT with something that is no CONNACK';
  }

  /** A connected client; NoTarget if the target that let one in now refuses. */
  async client(
    text: { clientId?: string; cleanSession?: boolean; timed?: boolean } = {},
  ): Promise<{ client: Client; sessionPresent: boolean }> {
    const client = await this.#open();
    const { clientId = this.#options.names.clientId(), cleanSession = true, timed = true } = text;
    if (timed) this.#replyTimes.watch(client.connection);
    client.connection.send(connectTo(this.#options.address, { level: this.level, clientId, cleanSession }));
    const connack = await client.awaits({ type: 'connack' }, this.#options.replyMs * firstReplyFactor);
    if (connack?.packet.type !== 'connack' || connack.packet.returnCode !== 0) {
      throw new NoTarget(`${formatAddress(this.#options.address)} accepted a client and then refused the next one`);
    }
    return { client, sessionPresent: connack.packet.sessionPresent };
  }

  /** QoS granted, or undefined if refused or not answered. */
  async subscribe(client: Client, topicFilter: string, qos: Qos = 0): Promise<Qos | undefined> {
    const packetId = client.nextPacketId();
    client.connection.send(subscribe(packetId, { topicFilter, qos }));
    const sentAt = this.#options.now();
    const suback = await client.awaits({ type: 'suback', packetId });
    if (suback !== undefined) this.#slowestReplyMs = Math.max(this.#slowestReplyMs, suback.at - sentAt);
    const granted = suback?.packet.type === 'suback' ? suback.packet.returnCodes[0] : undefined;
    return granted === 0 || granted === 1 || granted === 2 ? granted : undefined;
  }

  async #open(): Promise<Client> {
    try {
      const client = new Client(await openQuietly(this.#options, 'probe'));
      this.#clients.push(client);
      return client;
    } catch (error) {
      if (!(error instanceof LinkRefused)) throw error;
      throw new NoTarget(unreachable(this.#options.address, error.code), { cause: error });
    }
  }

  close(): void {
    for (const { connection } of this.#clients) connection.cut('FIN');
  }
}

/** Whether somebody answers our FIN: a process that hangs does not, though its system accepts connections for it. */
async function reads({ connection }: Client): Promise<boolean> {
  connection.finish();
  return (await connection.waitFor(() => connection.ending)) !== undefined;
}

const unreadable = (client: Client): boolean =>
  client.connection.unfinished.length > 0 && /^[ -~]{4}/.test(printable(client.connection.unfinished));

/** What can be read of bytes, shortened: for sentences. */
export const printable = (bytes: Uint8Array): string =>
  Buffer.from(bytes.subarray(0, 120))
    .toString('latin1')
    .replace(/[^ -~]+/g, ' ')
    .trim()
    .slice(0, 60);
