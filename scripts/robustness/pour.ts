import type { Peer } from './peer.ts';

/** Sends packets that are made one by one, in larger writes, at the pace at which the system takes them. */
export async function pour(peer: Peer, count: number, packet: (at: number) => Uint8Array): Promise<void> {
  const each = 500;
  for (let from = 0; from < count; from += each) {
    const length = Math.min(each, count - from);
    await peer.sendAll(Buffer.concat(Array.from({ length }, (_, at) => packet(from + at))));
  }
}
