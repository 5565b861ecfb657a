// mqtt-packet as a contender: our sample packets in its words, its parser and its generators.
import { EventEmitter } from 'node:events';
import mqttPacket from 'mqtt-packet';
import { encode } from '../../reference/codec/encode.ts';
import type { Packet } from '../../reference/codec/packet.ts';

type TheirPacket = mqttPacket.Packet;

/** The packet as mqtt-packet's own parser reads it. */
export function theirs(packet: Packet): TheirPacket {
  let read: TheirPacket | undefined;
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  parser.on('packet', (one) => {
    read = one;
  });
  parser.parse(Buffer.from(encode(packet)));
  if (read === undefined) throw new Error(`mqtt-packet reads no ${packet.type}`);
  return read;
}

/** A parser that counts its packets and lets nothing of them be optimised away. */
export function theirParser(): { parse(chunk: Buffer): void; readonly count: number } {
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  let count = 0;
  parser.on('packet', (packet) => {
    if (packet.cmd !== 'auth') count++;
  });
  parser.on('error', (error) => {
    throw error;
  });
  return {
    parse: (chunk) => void parser.parse(chunk),
    get count() {
      return count;
    },
  };
}

/** Where both write to: a stream that takes everything and counts the bytes. */
export class CountingStream extends EventEmitter {
  readonly writable = true;
  bytes = 0;

  write(chunk: Uint8Array | string): boolean {
    this.bytes += chunk.length;
    return true;
  }
  cork(): void {}
  uncork(): void {}
}

export const { generate, writeToStream } = mqttPacket;
