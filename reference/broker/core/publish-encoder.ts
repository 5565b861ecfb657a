// Messages → PUBLISH, straight into the output of a receiver.
import { Buffer } from 'node:buffer';
import type { Output } from '../../codec/output.ts';
import { publishByte, writePublish } from '../../codec/publish-writer.ts';
import type { Message, PacketId, Qos } from '../../message.ts';

export interface Sending {
  readonly qos: Qos;
  /** 0 at QoS 0. */
  readonly packetId: PacketId;
  readonly dup: boolean;
}

/** So many Topic Names are remembered as they stand in a packet; then the table begins anew. */
const mostTopics = 1_024;
/** Only short names are worth a place. */
const longestUnits = 256;

export class PublishEncoder {
  readonly #topics = new Map<string, Uint8Array>();
  #last: { readonly topicName: string; readonly bytes: Uint8Array } | undefined;

  /** Appends a PUBLISH of the message, whose QoS is that of the sending. */
  write(output: Output, { topicName, payload, qos, retain }: Message, { packetId, dup }: Sending): void {
    writePublish(output, publishByte({ qos, dup, retain }), this.#topicBytes(topicName), packetId, payload);
  }

  /** What was remembered last may be forgotten: the turn is over. */
  forget(): void {
    this.#last = undefined;
  }

  #topicBytes(topicName: string): Uint8Array {
    if (this.#last?.topicName === topicName) return this.#last.bytes;
    const bytes = this.#topics.get(topicName) ?? this.#encode(topicName);
    this.#last = { topicName, bytes };
    return bytes;
  }

  #encode(topicName: string): Uint8Array {
    const length = Buffer.byteLength(topicName);
    const bytes = Buffer.allocUnsafeSlow(length + 2);
    bytes.writeUInt16BE(length);
    bytes.write(topicName, 2);
    if (topicName.length > longestUnits) return bytes;
    if (this.#topics.size >= mostTopics) this.#topics.clear();
    this.#topics.set(topicName, bytes);
    return bytes;
  }
}
