// What can go wrong, as the user of a client learns it.
import type { ConnackReturnCode, SubackReturnCode } from '../../codec/packet.ts';

/** Why a connection ended, or did not come about. */
export type DisconnectReason =
  | 'ended'
  | 'unreachable'
  | 'refused'
  | 'no CONNACK'
  | 'closed by server'
  | 'broken'
  | 'no PINGRESP'
  | 'malformed packet'
  | 'protocol violation'
  | 'store failed';

/** A connection that ended, or did not come about. Its `cause` is the system's or the decoder's error, where there is one. */
export class Disconnected extends Error {
  readonly reason: DisconnectReason;

  constructor(reason: DisconnectReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Disconnected';
    this.reason = reason;
  }
}

/** The client has ended its connection by itself: nothing that a stack would explain, so that one is enough for all. */
export const endedByItself = new Disconnected('ended', 'the client has ended the connection');

const refusals = {
  1: 'unacceptable protocol version: does the server speak this one?',
  2: 'identifier rejected: choose another clientId',
  3: 'server unavailable: try again later',
  4: 'bad user name or password',
  5: 'not authorized: may this client connect?',
} as const;

/** The server refused CONNECT (section 3.2.2.3). */
export class ConnectRefused extends Disconnected {
  readonly returnCode: Exclude<ConnackReturnCode, 0>;

  constructor(returnCode: Exclude<ConnackReturnCode, 0>) {
    super('refused', `the server refused the connection with return code ${returnCode}, ${refusals[returnCode]}`);
    this.name = 'ConnectRefused';
    this.returnCode = returnCode;
  }
}

/** The server refused at least one subscription (return code 0x80, section 3.9.3). */
export class SubscribeRefused extends Error {
  /** Those that were refused. */
  readonly topicFilters: readonly string[];
  /** Of all that were asked for, in their order. */
  readonly returnCodes: readonly SubackReturnCode[];

  constructor(topicFilters: readonly string[], returnCodes: readonly SubackReturnCode[]) {
    const refused = topicFilters.filter((_, i) => returnCodes[i] === 0x80);
    super(`the server refused to subscribe to ${refused.join(', ')} (return code 0x80): may this client read it?`);
    this.name = 'SubscribeRefused';
    this.topicFilters = refused;
    this.returnCodes = returnCodes;
  }
}

/** Something was asked of a client that has ended, or that ended before it was done. Its `cause` is the end, where it was waited for. */
export class ClientEnded extends Error {
  constructor(options?: { readonly cause: Error }) {
    const why = options === undefined || options.cause === endedByItself ? '' : ` (${options.cause.message})`;
    super(`the client has ended${why}: connect again`, options);
    this.name = 'ClientEnded';
  }
}

/** As many messages, or requests (SUBSCRIBE and UNSUBSCRIBE), wait as may (`maxQueuedMessages`). */
export class QueueFull extends Error {
  constructor(maxQueuedMessages: number, what: 'messages' | 'requests' = 'messages') {
    const call = what === 'messages' ? 'publish' : 'subscribe and unsubscribe';
    super(`${maxQueuedMessages} ${what} wait to be sent: await ${call}, or allow more by maxQueuedMessages`);
    this.name = 'QueueFull';
  }
}

/** A QoS 2 message was under way when a connection with Clean Session ended: nobody can know whether it arrived. */
export class FateUnknown extends Error {
  constructor() {
    super(
      'the session ended while this QoS 2 message was under way, and it may have arrived: ' +
        'use cleanSession: false where that must not be',
    );
    this.name = 'FateUnknown';
  }
}
