// What the broker counts.

export interface Counters {
  bytesReceived: number;
  bytesSent: number;
  /** Connections that have come in all, with or without a CONNECT. */
  connectionsAccepted: number;
  packetsReceived: number;
  packetsSent: number;
  /** Messages of clients, of wills and of the program that embeds the broker. */
  messagesPublished: number;
  /** Copies that were sent to a subscriber or queued for one. */
  messagesDelivered: number;
  /** Copies that found no room: a full queue, or a client that reads too slowly. */
  messagesDropped: number;
}

export const newCounters = (): Counters => ({
  bytesReceived: 0,
  bytesSent: 0,
  connectionsAccepted: 0,
  packetsReceived: 0,
  packetsSent: 0,
  messagesPublished: 0,
  messagesDelivered: 0,
  messagesDropped: 0,
});
