// A broker with a data folder, in a process that is meant to be killed. Waits for its orders, so that it is warm when they come.
import { startBroker } from '../../reference/broker/broker.ts';
import { brokerLayout } from '../../reference/broker/broker-records.ts';
import { openDiskStore } from '../../reference/storage/disk-store.ts';
import { type Breakage, BrokenStore } from './broken-store.ts';

/** Message of the parent: begin. */
export interface Orders {
  readonly data: string;
  readonly breakage: Breakage | undefined;
}

/** Message to the parent: clients may come. */
export interface Started {
  readonly port: number;
}

process.once('message', async ({ data, breakage }: Orders) => {
  const opened = await openDiskStore(data, brokerLayout);
  const kept = breakage === undefined ? opened : { ...opened, store: new BrokenStore(opened.store, breakage) };
  const broker = await startBroker({ port: 0, data: kept, maxInFlight: 20 });
  const started: Started = { port: broker.port };
  process.send?.(started);
  process.once('disconnect', () => void broker.stop().then(() => process.exit()));
});
process.once('disconnect', () => process.exit());
process.send?.('loaded');
