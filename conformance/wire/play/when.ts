// What the tester does on one connection.
import type { Packet } from '../../../reference/codec/packet.ts';
import type { Qos } from '../../../reference/message.ts';
import { message as anyMessageWith, type Payload } from '../packets.ts';
import { handshake } from './barrier-reached.ts';
import type { Client } from './client.ts';
import type { Recorder } from './recorder.ts';

/** A QoS 0 message that was lost so many times was not lost by chance. */
const mostTries = 14;
/** The first ones wait for as long as a reply may take; who has lost these is asked more often, and waited for less. */
const patientTries = 2;
const impatience = 4;

export class When {
  readonly #client: Client;
  readonly #recorder: Recorder;

  constructor(client: Client, recorder: Recorder) {
    this.#client = client;
    this.#recorder = recorder;
  }

  /** Sends packets in one write. */
  async sends(...packets: readonly Packet[]): Promise<void> {
    this.#stimulus();
    this.#client.connection.send(...packets);
  }

  /** Sends bytes as they are; `meaning` tells a reader what they are. */
  async sendsBytes(bytes: Uint8Array, meaning: string): Promise<void> {
    this.#stimulus();
    this.#client.connection.sendBytes(bytes, meaning);
  }

  /** Over WebSocket: sends bytes in a frame of text. */
  async sendsText(bytes: Uint8Array, meaning: string): Promise<void> {
    this.#stimulus();
    this.#client.connection.sendText(bytes, meaning);
  }

  /** Sends packets as one run of bytes, in segments of so many bytes. */
  async sendsInSegments(packets: readonly Packet[], segmentBytes: number): Promise<void> {
    this.#stimulus();
    await this.#client.connection.sendInSegments(packets, segmentBytes);
  }

  /** Publishes with the whole handshake of the QoS. An answer that is kept back is a violation, whatever the scenario is about. */
  async publishes(message: { topicName: string; payload: Payload; qos?: Qos; retain?: boolean }): Promise<void> {
    this.#stimulus();
    const { qos = 0, ...rest } = message;
    const outcome = await handshake(this.#client, { ...rest, qos });
    if (outcome === 'complete') return;
    if (outcome !== 'broken off') this.#recorder.keptBack(outcome.owing, this.#client);
    this.#recorder.inconclusive(`a PUBLISH with QoS ${qos} of ${this.#client.name} was not acknowledged`);
  }

  /**
   * Publishes at a QoS, and at QoS 0 again while the subscriber has not got the message: it may be lost (section 4.3.1), though not
   * every time. Whether it came at last is for a check to judge, and so is what came. With several subscribers a newcomer joins them each
   * time (`joins`), so that who loses in a pattern does not lose the message of the same one again.
   */
  async publishesUntilGot(
    subscribers: Client | readonly Client[],
    message: { topicName: string; payload: Payload; qos?: Qos; retain?: boolean },
    joins?: () => Promise<unknown>,
  ): Promise<void> {
    const expected = anyMessageWith(message.payload);
    const all = 'connection' in subscribers ? [subscribers] : subscribers;
    for (let tries = 0; tries < mostTries; tries++) {
      if (tries > 0) await joins?.();
      await this.publishes(message);
      const { replyMs } = this.#client.connection;
      const boundMs = tries < patientTries ? replyMs : replyMs / impatience;
      const got = await Promise.all(all.map((subscriber) => subscriber.hasGot(expected, boundMs)));
      if (got.every((one) => one)) return;
    }
  }

  /** DISCONNECT, then the connection is ended by FIN. Resolves when the target has ended it too. */
  async disconnects(): Promise<void> {
    this.#stimulus();
    this.#client.connection.send({ type: 'disconnect' });
    this.#client.connection.finish();
    await this.#client.connection.waitFor(() => this.#client.connection.ending);
    this.#client.connection.cut('FIN');
  }

  /** Ends the connection without DISCONNECT. */
  async cuts(how: 'FIN' | 'RST' = 'FIN'): Promise<void> {
    this.#client.connection.cut(how);
  }

  /** Stops reading, so that the target's output backs up. */
  async stopsReading(): Promise<void> {
    this.#client.connection.pause();
  }

  async readsAgain(): Promise<void> {
    this.#client.connection.resume();
  }

  #stimulus(): void {
    this.#client.mark = this.#client.connection.nextSequence;
  }
}
