// Decisions of sections 3.8 to 3.11: SUBSCRIBE and UNSUBSCRIBE.
import type { ProtocolLevel, SubackReturnCode, Subscription } from '../../../codec/packet.ts';
import type { ReadonlyFilters } from '../session-filters.ts';

export interface SubscribeRules {
  /** MQTT-4.7.1-2, MQTT-4.7.1-3, MQTT-4.7.3-1: a filter that is no Topic Filter. */
  reactionToTopicFilter(topicFilter: string): 'close' | 'refuse' | 'accept';
  /** MQTT-3.8.4-5, section 3.9.3. */
  grants(subscription: Subscription): SubackReturnCode;
  /** Section 3.9.3: the code of a filter that its client may not subscribe to. MQTT 3.1 has none for that: a grant that delivers nothing. */
  codeOfForbidden(protocolLevel: ProtocolLevel): SubackReturnCode;
  /** MQTT-3.8.4-4: all of them, in their order. */
  subscriptionsServed(subscriptions: readonly Subscription[]): readonly Subscription[];
  /** MQTT-3.9.3-1, MQTT-3.8.4-5: one code a filter, in the order of the filters. */
  returnCodes(codes: readonly SubackReturnCode[]): readonly SubackReturnCode[];
  /** MQTT-3.8.4-3: an identical filter replaces the old subscription. */
  replaces(topicFilter: string, subscribed: ReadonlyFilters): boolean;
  /** MQTT-3.3.1-6, MQTT-3.8.4-3: retained messages are sent for every SUBSCRIBE. */
  sendsRetained(topicFilter: string, subscribed: ReadonlyFilters): boolean;
  /** MQTT-3.3.1-6: which of the retained messages that match. */
  retainedServed<M>(messages: readonly M[]): readonly M[];
  /** Whether SUBACK goes out before what it subscribes to. */
  subackComesFirst(): boolean;
  /** MQTT-3.10.4-6: all of them. */
  filtersServed(topicFilters: readonly string[]): readonly string[];
  /** MQTT-3.10.4-1: compared literally. */
  filtersRemoved(topicFilter: string, subscribed: ReadonlyFilters): readonly string[];
  /** MQTT-3.10.4-4, MQTT-3.10.4-5: also where nothing was deleted. */
  acknowledgesUnsubscribe(deleted: number): boolean;
  /** MQTT-3.10.4-3: deliveries already begun are finished. */
  dropsInFlightOnUnsubscribe(): boolean;
  /** Section 3.14.4: the server closes if the client does not. */
  closesAfterDisconnect(): boolean;
}

export const subscribeRules: SubscribeRules = {
  reactionToTopicFilter: () => 'close',
  grants: ({ qos }) => qos,
  codeOfForbidden: (protocolLevel) => (protocolLevel === 3 ? 0 : 0x80),
  subscriptionsServed: (subscriptions) => subscriptions,
  returnCodes: (codes) => codes,
  replaces: () => true,
  sendsRetained: () => true,
  retainedServed: (messages) => messages,
  subackComesFirst: () => true,
  filtersServed: (topicFilters) => topicFilters,
  filtersRemoved: (topicFilter, subscribed) => (subscribed.has(topicFilter) ? [topicFilter] : []),
  acknowledgesUnsubscribe: () => true,
  dropsInFlightOnUnsubscribe: () => false,
  closesAfterDisconnect: () => true,
};
