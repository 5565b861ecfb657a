// The public door `mqttspec/client`: the reference client.
export { type OpenedStore, type Store, StoreError } from '../storage/store.ts';
export type { WaitOptions } from './abort.ts';
export type { Client, EndOptions, PublishOptions, SubscribeOptions } from './client.ts';
export { connect } from './connect.ts';
export {
  ClientEnded,
  ConnectRefused,
  Disconnected,
  type DisconnectReason,
  FateUnknown,
  QueueFull,
  SubscribeRefused,
} from './core/errors.ts';
export type { ReceivedMessage } from './core/received-message.ts';
export type { ReconnectOptions } from './core/reconnect-plan.ts';
export type { ClientEvents, ClientOptions, WillOptions } from './options.ts';
export type { Grant, Subscription } from './subscription.ts';
