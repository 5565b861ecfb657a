// For tests: a target that accepts clients and says nothing more, and what a scenario needs to be played against it.
import { createServer, type Server } from 'node:net';
import { Patience } from '../patience.ts';
import { Leftovers } from './leftovers.ts';
import { Names } from './names.ts';
import type { RunContext } from './run-context.ts';

const accepted = Uint8Array.of(0x20, 2, 0, 0);

/** A server at a port of its own. */
export async function listening(server: Server) {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: () => new Promise<void>((done) => server.close(() => done())),
  };
}

/** Accepts every client, and says nothing more. */
export async function startSilentTarget() {
  const server = createServer((socket) => {
    socket.once('data', () => socket.write(accepted));
    socket.on('error', () => socket.destroy());
  });
  return listening(server);
}

/** `witness`: whether newcomers are served. */
export function contextOf(port: number, witness: () => Promise<boolean>): RunContext {
  return {
    address: { scheme: 'mqtt', host: '127.0.0.1', port, path: '' },
    hints: {},
    thorough: false,
    readings: {},
    capabilities: {
      protocols: ['3.1.1'],
      maximumQos: 2,
      retainedMessages: true,
      retainedWildcards: true,
      storedSessions: true,
      refusesStoredSessions: false,
      refusedWills: 'none',
      tellsSessions: true,
      wildcards: true,
      repeatsAtQos1: false,
      emptyClientId: true,
      dollarTopics: true,
      sysTopics: false,
      inFlight: 8,
      largestPacket: 2_097_157,
      reordersTopics: false,
      lateSubscriptions: false,
      slowestReplyMs: 1,
      slowestOfAllMs: 1,
    },
    patience: new Patience({ replyMs: 20, witness }),
    names: new Names('silence'),
    leftovers: new Leftovers(),
    now: () => performance.now(),
    random: () => 0,
    invariants: () => [],
    witness: () => Promise.resolve(undefined),
    sweep: () => {},
    admit: () => Promise.resolve(),
    turnedAway: () => {},
    lateKeepAliveMs: 100,
    restOfRun: new AbortController().signal,
  };
}
