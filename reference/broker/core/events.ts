// What the broker tells those who embed it.
import type { Message, Qos } from '../../message.ts';
import type { Intention } from './access.ts';
import type { EndReason } from './rules/connect.ts';

/** Who an event is about. */
export interface Peer {
  /** Counted from 1, in the order in which connections came. */
  readonly connectionId: number;
  readonly remoteAddress: string;
}

export interface Client extends Peer {
  readonly clientId: string;
  /** The user name under which the client was let in. */
  readonly userName: string | undefined;
}

/** What a client may not do, and on which connection it wanted to; its will may be denied when that is over. */
export type Denied = Partial<Peer> & Pick<Client, 'clientId' | 'userName'> & Pick<Intention, 'kind' | 'topic'>;

/** What somebody who embeds the broker may want to know. Listeners are called in the middle of things: they should be quick. */
export interface BrokerEvents {
  readonly connected?: (event: Client & { readonly sessionPresent: boolean }) => void;
  /** A client that was connected is not any more; `detail` says what was wrong with a packet. */
  readonly disconnected?: (
    event: Client & { readonly reason: EndReason; readonly detail?: string | undefined },
  ) => void;
  readonly subscribed?: (event: Client & { readonly topicFilter: string; readonly qos: Qos }) => void;
  readonly unsubscribed?: (event: Client & { readonly topicFilter: string }) => void;
  /** A message was taken over. Its payload may be used during the call alone. */
  readonly published?: (message: Message) => void;
  /** A CONNECT was refused, with a return code of Table 3.1. */
  readonly refused?: (event: Client & { readonly returnCode: number }) => void;
  /** A client may not do what it wanted to. */
  readonly denied?: (event: Denied) => void;
  /** A connection has ended whose client was never let in. */
  readonly closed?: (event: Peer & { readonly reason: EndReason; readonly detail?: string | undefined }) => void;
}
