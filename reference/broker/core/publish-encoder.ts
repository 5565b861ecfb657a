// Messages → PUBLISH. A message that goes to many is encoded once: for each receiver only first byte and Packet Identifier differ.
import { Writer } from '../../codec/bytes/writer.ts';
import { leastSliceBytes, type Output } from '../../codec/output.ts';
import type { Message, PacketId, Qos } from '../../message.ts';

export interface Sending {
  readonly qos: Qos;
  /** 0 at QoS 0. */
  readonly packetId: PacketId;
  readonly dup: boolean;
}

export class PublishEncoder {
  readonly #topic = new Writer();
  #topicName: string | undefined;
  readonly #head = new Writer();
  /** What is encoded: fixed header, Topic Name, identifier, and payloads that are copied. */
  #message: Message | undefined;
  #idAt = 0;

  /** Appends a PUBLISH of the message, whose QoS is that of the sending. */
  write(output: Output, message: Message, { packetId, dup }: Sending): void {
    if (message !== this.#message) this.#encode(message);
    const head = this.#head.view();
    if (head.length < leastSliceBytes) {
      const at = output.copy(head);
      this.#address(output.block, at, packetId, dup);
    } else {
      const own = new Uint8Array(head);
      this.#address(own, 0, packetId, dup);
      output.append(own);
    }
    if (isSliced(message)) output.append(message.payload);
  }

  /** What was remembered may be forgotten: the turn is over. */
  forget(): void {
    this.#message = undefined;
  }

  /** Makes of the encoded message that of one receiver. */
  #address(bytes: Uint8Array, at: number, packetId: PacketId, dup: boolean): void {
    if (dup) bytes[at] = (bytes[at] as number) | 8;
    if (this.#idAt === 0) return;
    bytes[at + this.#idAt] = packetId >> 8;
    bytes[at + this.#idAt + 1] = packetId & 255;
  }

  #encode(message: Message): void {
    const { topicName, payload, qos, retain } = message;
    const head = this.#head;
    head.reset();
    this.#message = undefined;
    head.uint8(0x30 | (qos << 1) | (retain ? 1 : 0));
    if (topicName !== this.#topicName) {
      this.#topic.reset();
      this.#topic.utf8String(topicName);
      this.#topicName = topicName;
    }
    head.remainingLength(this.#topic.length + (qos > 0 ? 2 : 0) + payload.length);
    head.raw(this.#topic.view());
    this.#idAt = qos > 0 ? head.length : 0;
    if (qos > 0) head.uint16(0);
    if (!isSliced(message)) head.raw(payload);
    this.#message = message;
  }
}

const isSliced = ({ payload }: Message): boolean => payload.length >= leastSliceBytes;
