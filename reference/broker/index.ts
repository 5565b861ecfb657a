// The public door `mqttspec/broker`: the reference broker, to be embedded.
export type { Message, Qos } from '../message.ts';
export { StoreError } from '../storage/store.ts';
export type { AccessOptions } from './access/access.ts';
export { AccessError } from './access/access-error.ts';
export type { ClientIdRule } from './access/client-ids.ts';
export type { AttemptLimit } from './access/failed-attempts.ts';
export type { PermissionRule } from './access/permissions.ts';
export { type Broker, type BrokerOptions, startBroker } from './broker.ts';
export type {
  Authenticate,
  AuthenticationOutcome,
  AuthenticationRefusal,
  Authorize,
  Credentials,
  Intention,
} from './core/access.ts';
export type { Counters } from './core/counters.ts';
export type { BrokerEvents, Client, Denied, Peer } from './core/events.ts';
export type { Limits } from './core/limits.ts';
export type { Parts } from './core/parts.ts';
export type { EndReason } from './core/rules/connect.ts';
export type { RuleChanges, Rules } from './core/rules/rules.ts';
export type { Statistics } from './core/statistics.ts';
export type { EventListener, EventName } from './events/event-hub.ts';
export type { MessageListener } from './events/local-subscribers.ts';
export type { Listener, Place } from './listeners.ts';
export type { LogOptions } from './log/broker-log.ts';
export { jsonLine, type LogEntry, type LogFields, type LogLevel, textLine } from './log/log-entry.ts';
export type { MetricsOptions } from './metrics/metrics-endpoint.ts';
