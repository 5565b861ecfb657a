// The public door `mqttspec/broker`: the reference broker, to be embedded.
export { type Broker, type BrokerOptions, startBroker } from './broker.ts';
export type {
  Authenticate,
  AuthenticationOutcome,
  AuthenticationRefusal,
  Authorize,
  BrokerEvents,
  Client,
  Counters,
  Credentials,
  Intention,
  Limits,
  Peer,
} from './core/broker-core.ts';
export type { Parts } from './core/parts.ts';
export type { EndReason } from './core/rules/connect.ts';
export type { RuleChanges, Rules } from './core/rules/rules.ts';
export type { Listener, Place } from './listeners.ts';
