// The default target: the reference broker, in this process, on a free port of 127.0.0.1.
import { startBroker } from '../../reference/broker/index.ts';
import type { Address } from './address.ts';

export interface EmbeddedTarget extends AsyncDisposable {
  readonly address: Address;
}

/** Starts the reference broker. It waits only shortly for a CONNECT, so that this too can be seen in a run of seconds. */
export async function startEmbedded(): Promise<EmbeddedTarget> {
  const broker = await startBroker({ port: 0, connectTimeoutMs: 2_000 });
  return {
    address: { scheme: 'mqtt', host: '127.0.0.1', port: broker.port, path: '/mqtt' },
    [Symbol.asyncDispose]: () => broker.stop(),
  };
}
