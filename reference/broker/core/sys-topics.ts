// `$SYS`: what brokers publish about themselves (section 4.7.2). In: the core's numbers. Out: retained messages.
import type { Message } from '../../message.ts';
import type { BrokerCore } from './broker-core.ts';

export interface SysNumbers {
  readonly version: string;
  readonly uptimeSeconds: number;
}

/** The topics and their values now. */
export function sysMessages(core: BrokerCore, { version, uptimeSeconds }: SysNumbers): Message[] {
  const values: Readonly<Record<string, string | number>> = {
    version,
    uptime: `${Math.floor(uptimeSeconds)} seconds`,
    'clients/connected': core.connections,
    'clients/total': core.sessions,
    'subscriptions/count': core.subscriptions,
    'retained messages/count': core.retainedMessages,
    'messages/received': core.counters.packetsReceived,
    'messages/sent': core.counters.packetsSent,
    'publish/messages/dropped': core.counters.messagesDropped,
  };
  return Object.entries(values).map(([name, value]) => ({
    topicName: `$SYS/broker/${name}`,
    payload: new TextEncoder().encode(String(value)),
    qos: 0,
    retain: true,
  }));
}
