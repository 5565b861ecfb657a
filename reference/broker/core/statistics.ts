// The numbers of a broker, and their names in `$SYS` and in metrics. In: the core. Out: numbers.
import type { BrokerCore } from './broker-core.ts';
import type { Counters } from './counters.ts';

/** What a broker has done, and what it holds at the moment. */
export interface Statistics extends Readonly<Counters> {
  /** Open connections, with or without a CONNECT. */
  readonly connections: number;
  readonly clientsConnected: number;
  /** Sessions of clients that are connected or away. */
  readonly sessions: number;
  readonly subscriptions: number;
  /** Those of `$SYS` among them. */
  readonly retainedMessages: number;
  readonly uptimeSeconds: number;
}

export const statisticsOf = (core: BrokerCore, uptimeSeconds: number): Statistics => ({
  ...core.counters,
  connections: core.connections,
  clientsConnected: core.clients,
  sessions: core.sessions,
  subscriptions: core.subscriptions,
  retainedMessages: core.retainedMessages,
  uptimeSeconds,
});

export interface StatisticName {
  readonly name: keyof Statistics;
  /** Whether it only grows. */
  readonly kind: 'counter' | 'gauge';
  /** Below `$SYS/broker/`. */
  readonly topic?: string;
  /** Below `$SYS/broker/load/`, as growth a minute. */
  readonly load?: string;
  /** Behind `mqttspec_`. */
  readonly metric: string;
  readonly help: string;
}

export const statisticNames: readonly StatisticName[] = [
  {
    name: 'bytesReceived',
    kind: 'counter',
    topic: 'bytes/received',
    load: 'bytes/received',
    metric: 'received_bytes_total',
    help: 'Bytes that came from clients.',
  },
  {
    name: 'bytesSent',
    kind: 'counter',
    topic: 'bytes/sent',
    load: 'bytes/sent',
    metric: 'sent_bytes_total',
    help: 'Bytes that were sent to clients.',
  },
  {
    name: 'packetsReceived',
    kind: 'counter',
    topic: 'messages/received',
    load: 'messages/received',
    metric: 'received_packets_total',
    help: 'MQTT packets of all types that came from clients.',
  },
  {
    name: 'packetsSent',
    kind: 'counter',
    topic: 'messages/sent',
    load: 'messages/sent',
    metric: 'sent_packets_total',
    help: 'MQTT packets of all types that were sent to clients.',
  },
  {
    name: 'messagesPublished',
    kind: 'counter',
    topic: 'publish/messages/received',
    load: 'publish/received',
    metric: 'published_messages_total',
    help: 'Messages of clients, of wills and of the program that embeds the broker.',
  },
  {
    name: 'messagesDelivered',
    kind: 'counter',
    topic: 'publish/messages/sent',
    load: 'publish/sent',
    metric: 'delivered_messages_total',
    help: 'Copies that were sent to a subscriber or queued for one.',
  },
  {
    name: 'messagesDropped',
    kind: 'counter',
    topic: 'publish/messages/dropped',
    load: 'publish/dropped',
    metric: 'dropped_messages_total',
    help: 'Copies that found no room: a full queue, or a client that reads too slowly.',
  },
  {
    name: 'connectionsAccepted',
    kind: 'counter',
    load: 'sockets',
    metric: 'connections_accepted_total',
    help: 'Connections that have come in, with or without a CONNECT.',
  },
  {
    name: 'connections',
    kind: 'gauge',
    metric: 'connections',
    help: 'Open connections, with or without a CONNECT.',
  },
  {
    name: 'clientsConnected',
    kind: 'gauge',
    topic: 'clients/connected',
    metric: 'clients_connected',
    help: 'Clients that are connected.',
  },
  {
    name: 'sessions',
    kind: 'gauge',
    topic: 'clients/total',
    metric: 'sessions',
    help: 'Sessions of clients that are connected or away.',
  },
  {
    name: 'subscriptions',
    kind: 'gauge',
    topic: 'subscriptions/count',
    metric: 'subscriptions',
    help: 'Subscriptions of all sessions.',
  },
  {
    name: 'retainedMessages',
    kind: 'gauge',
    topic: 'retained messages/count',
    metric: 'retained_messages',
    help: 'Retained messages, those of $SYS among them.',
  },
  {
    name: 'uptimeSeconds',
    kind: 'gauge',
    metric: 'uptime_seconds',
    help: 'Time since the start of the broker.',
  },
];
