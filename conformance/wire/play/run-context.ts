// What all scenarios of a run share.

import type { ChosenReadings } from '../../spec/readings.ts';
import type { Address } from '../../target/address.ts';
import type { Capabilities } from '../../target/capabilities.ts';
import type { Hints } from '../../target/hints.ts';
import type { Watcher } from '../connection.ts';
import type { Patience } from '../patience.ts';
import type { Leftovers } from './leftovers.ts';
import type { Names } from './names.ts';

export interface RunContext {
  readonly address: Address;
  readonly hints: Hints;
  readonly readings: ChosenReadings;
  /** What takes a slow target long is played all the same. */
  readonly thorough: boolean;
  readonly capabilities: Capabilities;
  readonly patience: Patience;
  readonly names: Names;
  readonly leftovers: Leftovers;
  /** Milliseconds since the run began, monotonic. */
  readonly now: () => number;
  /** Numbers from 0 to 1, from the seed of the run. */
  readonly random: () => number;
  /** Watches a new connection for what must hold for every packet. */
  readonly invariants: (scenarioId: string, connectionName: string) => readonly Watcher[];
  /** Looks on at a new connection without judging it. */
  readonly onlooker?: (scenarioId: string, connectionName: string) => Watcher;
  /** Exchanges a message between uninvolved connections; what was wrong with that, in words. */
  readonly witness: () => Promise<string | undefined>;
  /** Clears what a scenario that has ended may have left retained. */
  readonly sweep: (topicNames: Iterable<string>) => void;
  /** Resolves when one more connection may be opened. */
  readonly admit: () => Promise<void>;
  /** Told of each plain CONNECT that was answered by an end of the connection, or by "server unavailable". */
  readonly turnedAway: () => void;
  /** Longest time in milliseconds to wait for an end by keep-alive, counted from when it is due. */
  readonly lateKeepAliveMs: number;
  /** Aborted when all scenarios but the watching ones are done. */
  readonly restOfRun: AbortSignal;
}
