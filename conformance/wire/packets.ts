// The packets a scenario sends and the packets it expects, in the standard's words.
import type {
  Disconnect,
  Pingreq,
  Puback,
  Pubcomp,
  Publish,
  Pubrec,
  Pubrel,
  Subscribe,
  Subscription,
  Unsubscribe,
} from '../../reference/codec/packet.ts';
import type { Qos } from '../../reference/message.ts';
import type { Observed } from './observer.ts';

export type Payload = string | Uint8Array;

const encoder = new TextEncoder();

/** A payload as bytes: text is UTF-8. */
export const payloadBytes = (payload: Payload): Uint8Array =>
  typeof payload === 'string' ? encoder.encode(payload) : payload;

/** A payload that does not repeat in a short period. */
export function patterned(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = i * 31 + (i >> 8) * 7;
  return bytes;
}

export interface PublishFields {
  readonly topicName: string;
  readonly payload?: Payload;
  readonly qos?: Qos;
  readonly packetId?: number;
  readonly retain?: boolean;
  readonly dup?: boolean;
}

/** A PUBLISH to send; QoS 0 unless told otherwise. Above QoS 0 it needs a `packetId`. */
export function publish({
  topicName,
  payload = '',
  qos = 0,
  packetId,
  retain = false,
  dup = false,
}: PublishFields): Publish {
  const common = { type: 'publish', topicName, payload: payloadBytes(payload), retain } as const;
  if (qos === 0) return { ...common, qos, dup: false };
  if (packetId === undefined) throw new TypeError('a PUBLISH above QoS 0 needs a packetId');
  return { ...common, qos, dup, packetId };
}

export const puback = (packetId: number): Puback => ({ type: 'puback', packetId });
export const pubrec = (packetId: number): Pubrec => ({ type: 'pubrec', packetId });
export const pubrel = (packetId: number): Pubrel => ({ type: 'pubrel', packetId });
export const pubcomp = (packetId: number): Pubcomp => ({ type: 'pubcomp', packetId });
export const pingreq = (): Pingreq => ({ type: 'pingreq' });
export const disconnect = (): Disconnect => ({ type: 'disconnect' });

/** A SUBSCRIBE to send. */
export function subscribe(packetId: number, first: Subscription, ...rest: readonly Subscription[]): Subscribe {
  return { type: 'subscribe', packetId, subscriptions: [first, ...rest] };
}

/** An UNSUBSCRIBE to send. */
export function unsubscribe(packetId: number, first: string, ...rest: readonly string[]): Unsubscribe {
  return { type: 'unsubscribe', packetId, topicFilters: [first, ...rest] };
}

type Fields<P> = { readonly [K in keyof P]?: P[K] };
type ExpectedOf<P extends { readonly type: string }> = P extends unknown
  ? { readonly type: P['type'] } & Omit<Fields<P>, 'type'>
  : never;

/** A packet that is expected from the target: fields that are left out may have any value. */
export type Expected = ExpectedOf<Observed>;

/** The observed packet that meets an expected one. */
export type Met<E extends Expected> = Observed & { readonly type: E['type'] };

export const connack = (
  fields: { returnCode?: number; sessionPresent?: boolean } = {},
): Extract<Expected, { type: 'connack' }> => ({
  type: 'connack',
  ...fields,
});
export const suback = (packetId: number, returnCodes?: readonly number[]): Expected =>
  returnCodes === undefined ? { type: 'suback', packetId } : { type: 'suback', packetId, returnCodes };
export const unsuback = (packetId: number): Expected => ({ type: 'unsuback', packetId });
export const pingresp = (): Expected => ({ type: 'pingresp' });

export interface MessageFields {
  readonly topicName?: string;
  readonly qos?: number;
  readonly retain?: boolean;
  readonly dup?: boolean;
  readonly packetId?: number;
}

export type ExpectedMessage = Extract<Expected, { type: 'publish' }>;

/** A PUBLISH that is expected: `message('once', { qos: 2 })`. */
export const message = (payload: Payload, fields: MessageFields = {}): ExpectedMessage => ({
  type: 'publish',
  payload: payloadBytes(payload),
  ...fields,
});
/** A PUBLISH with any payload. */
export const anyMessage = (fields: MessageFields = {}): ExpectedMessage => ({ type: 'publish', ...fields });

/** Whether an observed packet has all the fields that are expected. */
export function meets(observed: Observed, expected: Expected): boolean {
  if (observed.type !== expected.type) return false;
  for (const name in expected) {
    const value = (expected as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined && !equal((observed as Readonly<Record<string, unknown>>)[name], value)) return false;
  }
  return true;
}

function equal(actual: unknown, wanted: unknown): boolean {
  if (wanted instanceof Uint8Array) {
    if (!(actual instanceof Uint8Array) || actual.length !== wanted.length) return false;
    // Most differ at their ends, and to ask for the rest is a call of its own.
    const last = wanted.length - 1;
    return last < 0 || (actual[last] === wanted[last] && Buffer.compare(actual, wanted) === 0);
  }
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(actual) && actual.length === wanted.length && wanted.every((item, i) => equal(actual[i], item))
    );
  }
  return actual === wanted;
}
