// Listening of any server of Node's. In: a server, where to listen. Out: the port, and how to end it.
import type { ListenOptions, Server } from 'node:net';
import type { Listening } from './transport.ts';

export interface Listened extends Pick<Listening, 'renewCertificate'> {
  /** Called when listening ends: cuts off who is not served yet. */
  cut?(): void;
}

/** Listens. Rejects with Node's error where that cannot be (EADDRINUSE, EACCES …). */
export function listen(server: Server, at: ListenOptions, { cut, ...more }: Listened = {}): Promise<Listening> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, () => {
      server.off('error', reject);
      // A connection that could not be accepted (EMFILE, say) is no reason to end those that are open.
      server.on('error', () => {});
      const address = server.address();
      const close = (): Promise<void> =>
        new Promise((done) => {
          server.close(() => done());
          cut?.();
        });
      resolve({ port: typeof address === 'object' && address !== null ? address.port : 0, close, ...more });
    });
  });
}
