// Clears retained messages of scenarios that have ended, while others are played: many a target looks through all that is retained at
// every SUBSCRIBE, and a filter "#" is sent all of it. In: topics. What it misses is removed at the end of the run.
import type { Connect } from '../../reference/codec/packet.ts';
import type { Connection } from '../wire/connection.ts';
import { LinkRefused } from '../wire/link.ts';
import { publish } from '../wire/packets.ts';
import { Client } from '../wire/play/client.ts';

export interface SweeperOptions {
  readonly open: (name: string) => Promise<Connection>;
  readonly connect: () => Connect;
}

export class Sweeper {
  readonly #options: SweeperOptions;
  #client: Client | undefined;

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  /** Without its connection nothing is swept before the end. */
  async open(): Promise<void> {
    try {
      const client = new Client(await this.#options.open('sweeper'));
      client.connection.send(this.#options.connect());
      await client.awaits({ type: 'connack' });
      if (client.isLetIn) this.#client = client;
      else client.connection.cut('FIN');
    } catch (error) {
      if (!(error instanceof LinkRefused)) throw error;
    }
  }

  sweep(topicNames: Iterable<string>): void {
    const empty = [...topicNames].map((topicName) => publish({ topicName, retain: true }));
    if (empty.length > 0 && this.#client?.connection.isOpen === true) this.#client.connection.send(...empty);
  }

  close(): void {
    if (this.#client?.connection.isOpen === true) this.#client.connection.send({ type: 'disconnect' });
    this.#client?.connection.cut('FIN');
  }
}
