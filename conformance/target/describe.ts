// Capabilities as a report lists them.
import type { Capability, TargetDescription } from '../verdict/report.ts';
import { type Address, formatAddress } from './address.ts';
import { type Capabilities, packetSizes, severalInFlight } from './capabilities.ts';

export function describe(address: Address, capabilities: Capabilities): TargetDescription {
  const { protocols, version, ...rest } = capabilities;
  const list: Capability[] = [
    { name: 'protocols', value: protocols.join(', ') },
    { name: 'maximum QoS', value: rest.maximumQos },
    { name: 'retained messages', value: rest.retainedMessages },
    { name: 'stored sessions', value: rest.storedSessions },
    { name: 'tells of stored sessions', value: rest.tellsSessions },
    { name: 'refuses CleanSession 0', value: rest.refusesStoredSessions },
    { name: 'refuses wills', value: rest.refusedWills },
    { name: 'wildcards', value: rest.wildcards },
    { name: 'retained messages by wildcard', value: rest.retainedWildcards },
    {
      name: 'messages in flight',
      value: rest.inFlight >= severalInFlight ? `${severalInFlight} or more` : rest.inFlight,
    },
    {
      name: 'bytes of the largest packet',
      value: rest.largestPacket === packetSizes[0] ? `${packetSizes[0]} or more` : rest.largestPacket,
    },
    { name: 'repeats messages at QoS 1', value: rest.repeatsAtQos1 },
    { name: 'empty client id', value: rest.emptyClientId },
    { name: 'delivers $-topics of clients', value: rest.dollarTopics },
    { name: '$SYS topics', value: rest.sysTopics },
    { name: 'reorders topics', value: rest.reordersTopics },
    { name: 'subscriptions effective late', value: rest.lateSubscriptions },
  ];
  return {
    address: formatAddress(address),
    protocols,
    capabilities: list,
    ...(version === undefined ? {} : { version }),
  };
}
