// A PUBLISH where it lies, without an object of its own: for whoever passes on more messages than it keeps (section 3.3).
// In: a whole frame. Out: its fields. What is unusual is left to the strict decoder, which has all the checks and all the errors.
import { knownStrings } from './bytes/string-cache.ts';
import type { Publish } from './packet.ts';

const nothing = new Uint8Array(0);

/** Fields of one PUBLISH. The object and the bytes are used again for the next one: keep copies, not the view. */
export class PublishView {
  /** Holds the frame from `start` to `end`; the payload begins at `payloadStart`. */
  bytes: Uint8Array = nothing;
  start = 0;
  payloadStart = 0;
  end = 0;
  topicName = '';
  qos: 0 | 1 | 2 = 0;
  /** 0 with QoS 0. */
  packetId = 0;
  dup = false;
  retain = false;
  /** That of `bytes`, once somebody has asked for a payload. */
  #buffer: ArrayBufferLike | undefined;

  /** A view of the payload. */
  get payload(): Uint8Array {
    const { bytes, payloadStart } = this;
    // Asking an array for its buffer costs as much as half a view.
    this.#buffer ??= bytes.buffer;
    return new Uint8Array(this.#buffer, bytes.byteOffset + payloadStart, this.end - payloadStart);
  }

  /** The packet, whose payload is a view too. */
  toPacket(): Publish {
    const { topicName, payload, qos, retain } = this;
    if (qos === 0) return { type: 'publish', dup: false, qos, retain, topicName, payload };
    return { type: 'publish', dup: this.dup, qos, retain, topicName, packetId: this.packetId, payload };
  }

  /** Reads a frame whose body begins at `bodyAt`. False where anything is unusual; the fields mean nothing then. */
  read(bytes: Uint8Array, start: number, bodyAt: number, end: number): boolean {
    const flags = (bytes[start] as number) & 15;
    const qos = (flags >> 1) & 3;
    if (qos === 3 || flags === 8 || flags === 9 || end - bodyAt < 2) return false;
    const topicAt = bodyAt + 2;
    const topicEnd = topicAt + (((bytes[bodyAt] as number) << 8) | (bytes[bodyAt + 1] as number));
    const payloadStart = qos === 0 ? topicEnd : topicEnd + 2;
    if (payloadStart > end) return false;
    const packetId = qos === 0 ? 0 : ((bytes[topicEnd] as number) << 8) | (bytes[topicEnd + 1] as number);
    if (qos !== 0 && packetId === 0) return false;
    const topicName = knownStrings.get(bytes, topicAt, topicEnd);
    if (topicName === undefined) return false;
    if (this.bytes !== bytes) this.#hold(bytes);
    this.start = start;
    this.payloadStart = payloadStart;
    this.end = end;
    this.topicName = topicName;
    this.qos = qos as 0 | 1 | 2;
    this.packetId = packetId;
    this.dup = (flags & 8) !== 0;
    this.retain = (flags & 1) !== 0;
    return true;
  }

  /** Lets go of the bytes. */
  release(): void {
    this.#hold(nothing);
  }

  #hold(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.#buffer = undefined;
  }

  /** Takes over a packet of the strict decoder, whose frame lies between `start` and `end`. */
  take(packet: Publish, { bytes, start, end }: { bytes: Uint8Array; start: number; end: number }): void {
    this.#hold(bytes);
    this.start = start;
    this.payloadStart = end - packet.payload.length;
    this.end = end;
    this.topicName = packet.topicName;
    this.qos = packet.qos;
    this.packetId = packet.packetId ?? 0;
    this.dup = packet.dup;
    this.retain = packet.retain;
  }
}
