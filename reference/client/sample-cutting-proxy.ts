// For tests: a proxy that cuts connections at random points, in the middle of packets as well as between them.
import { connect, createServer, type Socket } from 'node:net';

export interface CuttingProxyOptions {
  readonly targetPort: number;
  /** Numbers from 0 to 1. */
  readonly random: () => number;
  /** A connection is cut after so many bytes of both directions, at random between the two. */
  readonly cutAfterBytes: { readonly least: number; readonly most: number };
  /** Whether one more may be cut after these; if not, a connection is let live for as many bytes again. */
  readonly mayCut: (cuts: number) => boolean;
  /** Told of all bytes that were handed on: on which connection (1, 2 …), and whose. */
  readonly passed?: (connection: number, sentBy: 'client' | 'server', bytes: Uint8Array) => void;
}

export interface CuttingProxy extends AsyncDisposable {
  readonly port: number;
  readonly cuts: number;
  /** Cuts the connections on which nothing has moved since the last call. */
  cutStalled(): void;
  /** From now on nothing is cut. */
  spare(): void;
}

/** In pieces, so that answers to the first part of a burst have a chance before the cut in its middle: else a resumed session gets nowhere. */
const mostAtOnce = 500;

export function startCuttingProxy(options: CuttingProxyOptions): Promise<CuttingProxy> {
  const { targetPort, random, cutAfterBytes, mayCut, passed } = options;
  const life = (): number => Math.round(cutAfterBytes.least + random() * (cutAfterBytes.most - cutAfterBytes.least));
  const open = new Set<Socket>();
  /** How to cut the open connections, and whether anything moved on them. */
  const lines = new Map<() => void, boolean>();
  let cuts = 0;
  let connections = 0;
  let sparing = false;
  const server = createServer((client) => {
    const target = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    const pair = [client, target] as const;
    const connection = ++connections;
    let left = life();
    const byReset = random() < 0.5;
    const cut = (): void => {
      cuts++;
      lines.delete(cut);
      for (const socket of pair) {
        if (byReset) socket.resetAndDestroy();
        else socket.destroySoon();
      }
    };
    const forward = (from: Socket, to: Socket): void => {
      open.add(from);
      const pass = (chunk: Buffer): void => {
        if (!sparing && left <= 0) return;
        // Nobody takes it any more: whoever sent it would wait for ever.
        if (!to.writable) return cut();
        const part = sparing ? chunk : chunk.subarray(0, Math.min(left, mostAtOnce));
        passed?.(connection, from === client ? 'client' : 'server', part);
        to.write(part);
        left -= part.length;
        if (left <= 0 && !mayCut(cuts)) left = life();
        lines.set(cut, true);
        if (!sparing && left <= 0) return cut();
        if (part.length === chunk.length) from.resume();
        else setImmediate(pass, chunk.subarray(part.length));
      };
      from.on('data', (chunk: Buffer) => {
        from.pause();
        pass(chunk);
      });
      from.on('end', () => to.end());
      // `close` follows.
      from.on('error', () => {});
      from.on('close', () => {
        open.delete(from);
        lines.delete(cut);
        to.destroy();
      });
    };
    lines.set(cut, true);
    forward(client, target);
    forward(target, client);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : 0,
        get cuts() {
          return cuts;
        },
        cutStalled: () => {
          for (const [cut, hasMoved] of lines) {
            if (hasMoved) lines.set(cut, false);
            else cut();
          }
        },
        spare: () => {
          sparing = true;
        },
        [Symbol.asyncDispose]: () =>
          new Promise((done) => {
            server.close(() => done());
            for (const socket of open) socket.destroy();
          }),
      });
    });
  });
}
