// A target that answers late is not accused: its answer counts as missing only once it has caught up with the connection.
import { connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { type Broker, startBroker } from '../../reference/broker/index.ts';
import { Framer } from '../../reference/codec/framer.ts';
import { runConformance } from '../index.ts';

/** Whether a frame is a SUBACK with several return codes. */
const isHeldBack = (frame: Uint8Array): boolean => frame[0] === 0x90 && frame.length > 5;

/** Passes everything on, but a SUBACK with several codes only when the client has sent something more, or never. */
async function startProxy(broker: Broker, releases: 'with the next packet' | 'never') {
  const server = createServer((client) => {
    const upstream = connect({ port: broker.port, host: '127.0.0.1' });
    const held: Uint8Array[] = [];
    const framer = new Framer();
    upstream.on('data', (chunk) =>
      framer.push(chunk, (frame) => {
        if (isHeldBack(frame)) held.push(Uint8Array.from(frame));
        else client.write(Uint8Array.from(frame));
      }),
    );
    client.on('data', (chunk) => {
      if (releases === 'with the next packet') for (const frame of held.splice(0)) client.write(frame);
      upstream.write(chunk);
    });
    tie(client, upstream);
    tie(upstream, client);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: () => new Promise<void>((done) => server.close(() => done())),
  };
}

function tie(one: Socket, other: Socket): void {
  one.on('close', () => other.destroy());
  one.on('error', () => other.destroy());
}

const cases = [
  ['with the next packet', 'pass'],
  ['never', 'fail'],
] as const;

test.each(cases)('a SUBACK that comes %s makes a %s', async (releases, verdict) => {
  await using broker = await startBroker({ port: 0 });
  await using proxy = await startProxy(broker, releases);
  const { scenarios } = await runConformance({
    target: `127.0.0.1:${proxy.port}`,
    only: ['return-codes-for-10-filters'],
    protocols: ['3.1.1'],
    repeatFailures: 1,
    timeoutMs: 300,
  });
  expect(scenarios.find(({ id }) => id === 'return-codes-for-10-filters')?.verdict).toBe(verdict);
});
