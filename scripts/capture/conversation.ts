// What a conversation is: who talks with whom, and how it goes.
import type { Bench } from './bench.ts';
import type { LibraryName } from './libraries.ts';

export type ClientName = LibraryName | 'mosquitto-clients' | 'curl';
export type CapturedBroker = 'mosquitto' | 'mosquitto-users' | 'aedes' | 'rabbitmq' | 'ejabberd' | 'activemq';

export interface Conversation {
  /** `<implementation>/<what>`: also the file below `fixtures/captured`. */
  readonly name: string;
  readonly title: string;
  readonly client: ClientName;
  readonly broker: CapturedBroker;
  readonly note?: string;
  readonly play: (bench: Bench) => Promise<void>;
}
