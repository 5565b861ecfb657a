// A client with a session of its own, on connections that lose what is on its way. In: steps. Out: what was delivered to it.

import type { SampleClient } from '../../../reference/broker/core/sample-broker.ts';
import type { Packet } from '../../../reference/codec/packet.ts';
import type { Message } from '../../../reference/message.ts';
import { Receiver } from '../../../reference/session/receiver.ts';
import { Sender } from '../../../reference/session/sender.ts';
import { defaultSessionRules } from '../../../reference/session/session-rules.ts';
import type { CrashingBroker } from './crashing-broker.ts';

/** One connection as the client sees it: packets on their way in both directions. */
interface Line {
  readonly end: SampleClient;
  readonly toBroker: Packet[];
  readonly toClient: Packet[];
}

export class LossyClient {
  /** Numbers of the messages that were delivered, in their order. */
  readonly delivered: number[] = [];
  readonly #broker: CrashingBroker;
  readonly #clientId: string;
  readonly #sender = new Sender({ rules: defaultSessionRules, window: 5, maxQueued: 10_000 });
  readonly #receiver = new Receiver(defaultSessionRules);
  #line: Line;
  /** A connection that the client has given up, while the broker still reads from it. */
  #givenUp: Line | undefined;

  constructor(broker: CrashingBroker, clientId: string) {
    this.#broker = broker;
    this.#clientId = clientId;
    this.#line = this.#dial();
  }

  publish(message: Message, qos: 1 | 2): void {
    this.#sender.send(message, { qos });
  }

  subscribe(topicFilter: string): void {
    this.#line.toBroker.push({ type: 'subscribe', packetId: 65_535, subscriptions: [{ topicFilter, qos: 2 }] });
  }

  /** Whether nothing is on its way on the connection, nor in the broker's hands. */
  get isQuiet(): boolean {
    this.#collect();
    return this.#line.toBroker.length === 0 && this.#line.toClient.length === 0;
  }

  /** Messages that are not acknowledged. */
  get pending(): number {
    return this.#sender.size;
  }

  /** The broker reads one packet. */
  brokerReads(): void {
    const packet = this.#line.toBroker.shift();
    if (packet !== undefined && !this.#line.end.closed) this.#line.end.sends(packet);
  }

  /** The broker reads one packet more from the connection that was given up, if it has not closed it. */
  brokerReadsLate(): void {
    const late = this.#givenUp?.toBroker.shift();
    if (late !== undefined && this.#givenUp?.end.closed === false) this.#givenUp.end.sends(late);
  }

  clientReads(): void {
    this.#collect();
    const packet = this.#line.toClient.shift();
    if (packet !== undefined) this.#handle(packet);
  }

  /** The connection breaks, with all that is on its way; the client comes again. */
  cut(): void {
    this.#line.end.cut();
    this.#again();
  }

  /** The client gives the connection up and comes again, while the broker takes the old one for alive: a takeover. */
  overlap(): void {
    this.#givenUp?.end.cut();
    this.#givenUp = this.#line;
    this.#again();
  }

  /** The broker has died, with all that is on its way; the client comes again. */
  brokerDied(): void {
    this.#givenUp = undefined;
    this.#again();
  }

  #again(): void {
    this.#sender.disconnect();
    this.#line = this.#dial();
  }

  #dial(): Line {
    const clientId = this.#clientId;
    const connect = { type: 'connect', protocolLevel: 4, cleanSession: false, keepAlive: 0, clientId } as const;
    return { end: this.#broker.dial(), toBroker: [connect], toClient: [] };
  }

  #collect(): void {
    this.#line.toClient.push(...this.#line.end.taken());
  }

  #send(packet: Packet): void {
    this.#line.toBroker.push(packet);
  }

  #handle(packet: Packet): void {
    switch (packet.type) {
      case 'connack':
        return this.#sender.connect({
          publish: ({ topicName, payload, retain }, { qos, packetId, dup }) =>
            this.#send({ type: 'publish', topicName, payload, retain, qos, packetId, dup }),
          pubrel: (packetId) => this.#send({ type: 'pubrel', packetId }),
        });
      case 'puback':
        return void this.#sender.puback(packet.packetId);
      case 'pubrec':
        return this.#sender.pubrec(packet.packetId);
      case 'pubcomp':
        return void this.#sender.pubcomp(packet.packetId);
      case 'pubrel':
        return this.#receiver.pubrel(packet.packetId, this.#port);
      case 'publish':
        return this.#publishCame(packet);
      default:
    }
  }

  #publishCame(packet: Extract<Packet, { type: 'publish' }>): void {
    if (packet.qos === 2)
      return this.#receiver.publish(packet.packetId, { message: packet, dup: packet.dup }, this.#port);
    this.#port.deliver(packet);
    if (packet.qos === 1) this.#send({ type: 'puback', packetId: packet.packetId });
  }

  readonly #port = {
    pubrec: (packetId: number) => this.#send({ type: 'pubrec', packetId }),
    pubcomp: (packetId: number) => this.#send({ type: 'pubcomp', packetId }),
    deliver: ({ payload }: Pick<Message, 'payload'>) =>
      void this.delivered.push((payload[0] ?? 0) * 256 + (payload[1] ?? 0)),
  };
}
