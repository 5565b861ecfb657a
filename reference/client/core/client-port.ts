// What the core of a client wants of its surroundings, and what it has to be told: types alone.
import type { Connect, SubackReturnCode } from '../../codec/packet.ts';
import type { PacketId } from '../../message.ts';
import type { KeptMessage, ReceiverJournal, SenderJournal } from '../../session/journal.ts';
import type { Disconnected, SubscribeRefused } from './errors.ts';
import type { ReconnectSettings } from './reconnect-plan.ts';
import type { Taker } from './subscriptions.ts';

/** What a client asks of its surroundings. */
export interface ClientPort {
  /** Opens a stream; `opened` or `unreachable` is to be called. */
  dial(): void;
  /** Output is there: it is to be taken by the end of this turn. */
  outputWaits(): void;
  /** Closes the stream behind the output that is left. */
  close(): void;
  pauseReading(): void;
  resumeReading(): void;
  connected(event: { readonly sessionPresent: boolean }): void;
  disconnected(reason: Disconnected): void;
  reconnecting(event: { readonly attempt: number; readonly delayMs: number }): void;
  /** The server no longer grants what it granted before the connection was lost. */
  refused(error: SubscribeRefused): void;
  /** The end of the client, for good. */
  ended(reason: Disconnected): void;
}

export interface CoreOptions {
  readonly connect: Connect;
  readonly connackWithinMs: number;
  readonly pingrespWithinMs: number;
  readonly maxPacketBytes: number;
  readonly maxInFlight: number;
  readonly maxQueuedMessages: number;
  readonly manualAcknowledgement: boolean;
  /** Takes messages that match no subscription. */
  readonly unclaimed: Taker | undefined;
  /** Undefined: the first connection that is lost is the last. */
  readonly reconnect: ReconnectSettings | undefined;
  /** Numbers from 0 to 1, for the jitter of reconnects. */
  readonly random: () => number;
  /** A session that outlives the process: as it was, and where its changes go. */
  readonly kept?: KeptState | undefined;
}

export interface KeptState {
  readonly journal: SenderJournal & ReceiverJournal;
  readonly messages: readonly KeptMessage[];
  readonly receivedIds: readonly PacketId[];
}

export type Filters = readonly [string, ...string[]];

/** Who takes the messages of a subscription, and who waits for its SUBACK. */
export interface Subscribing {
  readonly taker: Taker;
  answered(returnCodes: readonly SubackReturnCode[]): void;
  failed(error: Error): void;
}

/** Who waits for something. */
export interface Waiting {
  done(): void;
  failed(error: Error): void;
}
