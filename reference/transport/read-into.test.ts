// Chunks of busy sockets lie in buffers that are used again: nothing of them may get lost, mixed up, or overwritten too early.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { listenTcp } from './tcp.ts';
import type { Loan, TransportListener } from './transport.ts';

/** Packets of a first byte, three bytes of length, and bytes that follow from both. */
const packet = (number: number, length: number): Buffer => {
  const bytes = Buffer.alloc(length, number & 255);
  bytes.writeUInt32BE(length, 0);
  bytes[0] = number & 255;
  return bytes;
};

const isIntact = (bytes: Uint8Array): boolean => Buffer.from(bytes).equals(packet(bytes[0] ?? 0, bytes.length));

/** Length of the packet that begins here; 0 where that is not known yet. */
const lengthAt = (bytes: Uint8Array, at: number): number =>
  bytes.length - at < 4 ? 0 : Buffer.from(bytes.subarray(at, at + 4)).readUInt32BE() & 0xff_ffff;

interface Kept {
  readonly bytes: Uint8Array;
  readonly giveBack: () => void;
}

/** Reads packets: those that come in pieces again where that is possible, some of them kept for a while. */
class Reader implements TransportListener {
  readonly lengths: number[] = [];
  damaged = 0;
  again = 0;
  lent = 0;
  readonly #kept: Kept[] = [];
  #rest = Buffer.alloc(0);
  readonly #done: () => void;

  constructor(done: () => void) {
    this.#done = done;
  }

  bytes(chunk: Uint8Array, loan?: Loan): void {
    let at = this.#finish(chunk);
    let length = lengthAt(chunk, at);
    while (length > 0 && chunk.length - at >= length) {
      this.#whole(chunk.subarray(at, at + length), loan);
      at += length;
      length = lengthAt(chunk, at);
    }
    if (length > 0 && loan?.comesAgain(at, length) === true) this.again++;
    else this.#rest = Buffer.concat([this.#rest, chunk.subarray(at)]);
  }

  /** Adds to a packet that could not come again; returns how much of the chunk that took. */
  #finish(chunk: Uint8Array): number {
    if (this.#rest.length === 0) return 0;
    const before = this.#rest.length;
    const all = Buffer.concat([this.#rest, chunk]);
    const length = lengthAt(all, 0);
    if (length === 0 || all.length < length) {
      this.#rest = all;
      return chunk.length;
    }
    this.#rest = Buffer.alloc(0);
    this.#whole(all.subarray(0, length), undefined);
    return length - before;
  }

  ended(): void {
    while (this.#kept.length > 0) this.#check();
    this.#done();
  }

  #whole(bytes: Uint8Array, loan: Loan | undefined): void {
    this.lengths.push(bytes.length);
    if (!isIntact(bytes)) this.damaged++;
    if (loan === undefined || this.lengths.length % 3 > 0) return;
    this.lent++;
    this.#kept.push({ bytes, giveBack: loan.keep() });
    if (this.#kept.length > 5) this.#check();
  }

  /** The oldest that was kept is still what it was. */
  #check(): void {
    const kept = this.#kept.shift();
    if (kept === undefined) return;
    if (!isIntact(kept.bytes)) this.damaged++;
    kept.giveBack();
  }
}

async function sendsAll(socket: Socket, packets: readonly Buffer[]): Promise<void> {
  for (const bytes of packets) if (!socket.write(bytes)) await once(socket, 'drain');
  socket.end();
  await once(socket, 'close');
}

test('busy and quiet sockets side by side get what was sent to them, also what they keep', async () => {
  const readers: Reader[] = [];
  const ends: Promise<void>[] = [];
  const listening = await listenTcp({
    host: '127.0.0.1',
    port: 0,
    accept: (transport) => {
      let ended = (): void => {};
      ends.push(
        new Promise((done) => {
          ended = done;
        }),
      );
      const reader = new Reader(() => {
        transport.close();
        ended();
      });
      readers.push(reader);
      return reader;
    },
  });
  const sizes = [[70_000], [16, 500, 3_000], [200_000, 100, 131_072], [1_000_000, 40, 40, 250_000]];
  const sent = sizes.map((some) =>
    Array.from({ length: 120 }, (_, i) => packet(i, (some[i % some.length] ?? 0) + (i % 7))),
  );
  await Promise.all(
    sent.map(async (packets, i) => {
      const socket = connect({ port: listening.port, host: '127.0.0.1', noDelay: i % 2 === 0 });
      socket.resume();
      await once(socket, 'connect');
      await sendsAll(socket, packets);
    }),
  );
  await Promise.all(ends);
  await listening.close();
  expect(readers.map(({ damaged }) => damaged)).toEqual([0, 0, 0, 0]);
  const lengths = (packets: readonly Buffer[]): string => packets.map(({ length }) => length).join();
  expect(readers.map((reader) => reader.lengths.join()).sort()).toEqual(sent.map(lengths).sort());
  // The ways that are tested were taken.
  expect(readers.some(({ again }) => again > 0) && readers.some(({ lent }) => lent > 0)).toBe(true);
});
