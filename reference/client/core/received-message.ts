import type { Message, Qos } from '../../message.ts';

const decoder = new TextDecoder();

/** A message that the server has sent (section 3.3). */
export class ReceivedMessage implements Message {
  readonly topicName: string;
  /** A view of what was read from the network, at no time overwritten; copy it where a small payload is kept for long. */
  readonly payload: Uint8Array;
  /** QoS of this delivery: the lower one of the publisher's and the granted. */
  readonly qos: Qos;
  /** Sent because of the subscription, out of the server's store (MQTT-3.3.1-8). */
  readonly retain: boolean;
  /** Perhaps sent before. */
  readonly dup: boolean;
  #acknowledge: (() => void) | undefined;

  constructor(message: Message, dup: boolean, acknowledge?: () => void) {
    this.topicName = message.topicName;
    this.payload = message.payload;
    this.qos = message.qos;
    this.retain = message.retain;
    this.dup = dup;
    this.#acknowledge = acknowledge;
  }

  /** The payload as UTF-8. */
  get text(): string {
    return decoder.decode(this.payload);
  }

  /** With `manualAcknowledgement`: lets PUBACK or PUBREC go, as soon as those of earlier messages have gone. Else, and again, nothing. */
  acknowledge(): void {
    const acknowledge = this.#acknowledge;
    this.#acknowledge = undefined;
    acknowledge?.();
  }
}
