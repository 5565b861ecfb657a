// What a client can be told. In: options as the user writes them. Out: a checked CONNECT. Throws TypeError for what the standard forbids.

import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { isUint8Array } from 'node:util/types';
import type { Clock } from '../clock.ts';
import type { Connect, ProtocolLevel, Will } from '../codec/packet.ts';
import type { Qos } from '../message.ts';
import type { OpenedStore } from '../storage/store.ts';
import { topicNameProblem } from '../topics/validate.ts';
import type { CoreOptions } from './core/client-port.ts';
import type { Disconnected, SubscribeRefused } from './core/errors.ts';
import { badTopic, isWellFormed } from './core/known-topics.ts';
import type { ReceivedMessage } from './core/received-message.ts';
import { type ReconnectOptions, reconnectSettings } from './core/reconnect-plan.ts';
import { handOver } from './hand-over.ts';
import { checkRanges } from './option-ranges.ts';

/** The message that the server publishes when the connection ends without DISCONNECT (section 3.1.2.5). */
export interface WillOptions {
  /** Where it is published. */
  readonly topicName: string;
  /** Its payload. */
  readonly message: string | Uint8Array;
  /** 0 unless told otherwise. */
  readonly qos?: Qos;
  /** False unless told otherwise. */
  readonly retain?: boolean;
}

/** What happens to the connection. */
export interface ClientEvents {
  /** CONNACK came again: whether the server has kept the session (section 3.2.2.2). Of the first `connect` and `client.sessionPresent` tell. */
  readonly connected: { readonly sessionPresent: boolean };
  /** The connection is over, or has not come about, for the reason given; told once of each. */
  readonly disconnected: Disconnected;
  /** It will be tried again. */
  readonly reconnecting: { readonly attempt: number; readonly delayMs: number };
  /** After a reconnect, or of Topic Filters of which the others are granted (`partly`): what the server refuses, so that nothing of it comes. */
  readonly refused: SubscribeRefused;
  /** The client is over, and will not be connected again. */
  readonly ended: Disconnected;
}

export interface ClientOptions {
  /** Client Identifier (section 3.1.3.1); made by chance unless told otherwise. Empty: the server chooses one, which demands `cleanSession`. */
  readonly clientId?: string;
  /** Whether the session ends with the connection (section 3.1.2.4); true unless told otherwise. */
  readonly cleanSession?: boolean;
  /** Keep Alive in seconds (section 3.1.2.10), 0 to 65,535; 60 unless told otherwise. 0: off. */
  readonly keepAlive?: number;
  /** 4: MQTT 3.1.1; 3: MQTT 3.1. 4 unless told otherwise. */
  readonly protocolLevel?: ProtocolLevel;
  /** User Name; that of the address unless told otherwise. */
  readonly userName?: string;
  /** Password; that of the address unless told otherwise. Demands a user name (MQTT-3.1.2-22). */
  readonly password?: string | Uint8Array;
  /** The message that the server publishes when the connection ends without DISCONNECT (section 3.1.2.5). */
  readonly will?: WillOptions;
  /** Milliseconds for dialling, and again for CONNACK; 10,000 unless told otherwise. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds for PINGRESP, after which the connection counts as dead; 10,000 unless told otherwise. */
  readonly pingTimeoutMs?: number;
  /** How a connection that was lost is made again; false: not at all. */
  readonly reconnect?: ReconnectOptions | false;
  /** Messages of QoS 1 and 2 that may be unacknowledged at the same time, 1 to 65,000; 1,000 unless told otherwise. Of more than 20 at QoS 2 mosquitto 2.0.11 acknowledges all and loses some. */
  readonly maxInFlight?: number;
  /** Messages of any QoS that may wait for a connection or for a place in flight, and beside them as many SUBSCRIBEs and UNSUBSCRIBEs; 10,000 unless told otherwise. */
  readonly maxQueuedMessages?: number;
  /** Largest packet that is taken from the server, in bytes; what the standard allows unless told otherwise. */
  readonly maxPacketBytes?: number;
  /** Messages wait for `message.acknowledge()` until PUBACK or PUBREC goes; false unless told otherwise. */
  readonly manualAcknowledgement?: boolean;
  /** Messages that a subscription may hold unread until the stream is stopped; 1,000 unless told otherwise. */
  readonly maxUnreadMessages?: number;
  /** The same in bytes of payload; 1,048,576 unless told otherwise. */
  readonly maxUnreadBytes?: number;
  /** Takes messages that match no subscription, for example those that a kept session brings before anybody subscribed again. */
  readonly onMessage?: (message: ReceivedMessage) => void;
  /**
   * Keeps the session on the disk, in this folder or in an open store, so that a new process goes on with what is in flight and queued.
   * Demands `clientId` and `cleanSession: false`. Left out: the session lives as long as the client.
   */
  readonly data?: string | OpenedStore;
  /** What Node's `tls.connect` takes: `ca`, `cert`, `key`, `servername`, `rejectUnauthorized` … */
  readonly tls?: ConnectionOptions;
  /** The IP address of ours from which TCP is dialled; the system chooses one unless told otherwise. */
  readonly localAddress?: string;
  /** Header fields of a WebSocket's opening handshake. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Gives up connecting. Once connected it does nothing. */
  readonly signal?: AbortSignal;
  /** Time; the system's unless told otherwise. */
  readonly clock?: Clock;
  /** Numbers from 0 to 1, for the jitter of reconnects and for client ids. */
  readonly random?: () => number;
}

export const defaults = {
  cleanSession: true,
  keepAlive: 60,
  protocolLevel: 4,
  connectTimeoutMs: 10_000,
  pingTimeoutMs: 10_000,
  maxInFlight: 1_000,
  maxQueuedMessages: 10_000,
  maxPacketBytes: 268_435_460,
  manualAcknowledgement: false,
  maxUnreadMessages: 1_000,
  maxUnreadBytes: 1_048_576,
} as const satisfies ClientOptions;

/** What the core has to know of the options. Throws TypeError and RangeError for options that can't be. */
export function coreOptions(options: ClientOptions, random: () => number): CoreOptions {
  const { reconnect, onMessage, localAddress, maxInFlight = defaults.maxInFlight } = options;
  checkRanges(options);
  if (localAddress !== undefined && isIP(localAddress) === 0)
    throw new TypeError(`localAddress: expected an IP address, got ${localAddress}`);
  return {
    connect: connectOf(options, random),
    connackWithinMs: options.connectTimeoutMs ?? defaults.connectTimeoutMs,
    pingrespWithinMs: options.pingTimeoutMs ?? defaults.pingTimeoutMs,
    maxPacketBytes: options.maxPacketBytes ?? defaults.maxPacketBytes,
    maxInFlight,
    maxQueuedMessages: options.maxQueuedMessages ?? defaults.maxQueuedMessages,
    manualAcknowledgement: options.manualAcknowledgement ?? defaults.manualAcknowledgement,
    unclaimed: onMessage === undefined ? undefined : { take: (message) => handOver(message, onMessage) },
    reconnect: reconnect === false ? undefined : reconnectSettings(reconnect),
    random,
  };
}

const encoder = new TextEncoder();

/** A payload as bytes. Throws TypeError: what is neither text nor bytes has no length that a packet could begin with. */
export function bytesOf(payload: string | Uint8Array, name = 'payload'): Uint8Array {
  if (typeof payload === 'string') return encoder.encode(payload);
  if (isUint8Array(payload)) return payload;
  throw new TypeError(`${name}: expected a string or a Uint8Array, got ${kindOf(payload)}`);
}

const kindOf = (value: unknown): string => Object.prototype.toString.call(value).slice('[object '.length, -1);

/** CONNECT as the options want it (section 3.1). Throws TypeError where the standard forbids it. */
export function connectOf(options: ClientOptions, random: () => number): Connect {
  const { clientId = newClientId(random), cleanSession = defaults.cleanSession, userName, password, will } = options;
  if (options.data !== undefined && (cleanSession || options.clientId === undefined))
    throw new TypeError('data demands a clientId and cleanSession: false: a clean session is not kept (MQTT-3.1.2-6)');
  const { keepAlive = defaults.keepAlive, protocolLevel = defaults.protocolLevel } = options;
  if (protocolLevel !== 4 && protocolLevel !== 3)
    throw new TypeError(`protocolLevel: expected 4 (MQTT 3.1.1) or 3 (MQTT 3.1), got ${String(protocolLevel)}`);
  // MQTT-3.1.3-7
  if (clientId === '' && !cleanSession) throw new TypeError('an empty clientId demands cleanSession (MQTT-3.1.3-7)');
  // MQTT-3.1.3-4, MQTT-3.1.3-11
  checkText(clientId, 'clientId', 'MQTT-3.1.3-4');
  if (userName !== undefined) checkText(userName, 'userName', 'MQTT-3.1.3-11');
  if (!Number.isInteger(keepAlive) || keepAlive < 0 || keepAlive > 65_535)
    throw new TypeError(`keepAlive: expected whole seconds from 0 to 65535, got ${keepAlive} (section 3.1.2.10)`);
  const common = { type: 'connect', protocolLevel, cleanSession, keepAlive, clientId } as const;
  const withWill = will === undefined ? common : { ...common, will: willOf(will) };
  if (userName === undefined) {
    // MQTT-3.1.2-22
    if (password !== undefined) throw new TypeError('a password demands a userName (MQTT-3.1.2-22)');
    return withWill;
  }
  if (password === undefined) return { ...withWill, userName };
  const bytes = bytesOf(password, 'password');
  checkLength(bytes, 'password');
  return { ...withWill, userName, password: bytes };
}

/** MQTT-3.1.2-9; without a will its QoS, its retain flag and its fields are absent, as the types want it (MQTT-3.1.2-11, MQTT-3.1.2-13, MQTT-3.1.2-15). */
function willOf({ topicName, message, qos = 0, retain = false }: WillOptions): Will {
  const problem = topicNameProblem(topicName);
  if (problem !== undefined) throw badTopic(problem);
  // MQTT-3.1.3-10
  checkText(topicName, 'will.topicName', 'MQTT-3.1.3-10');
  // MQTT-3.1.2-14
  if (!isQos(qos)) throw new TypeError(`will.qos: expected 0, 1 or 2, got ${qos} (MQTT-3.1.2-14)`);
  const bytes = bytesOf(message, 'will.message');
  checkLength(bytes, 'will.message');
  return { topicName, message: bytes, qos, retain };
}

/** So many UTF-16 units are never more than 65,535 bytes of UTF-8. */
const shortUnits = 21_845;

/** MQTT-1.5.3-1, MQTT-1.5.3-2: well-formed, without U+0000, at most 65,535 bytes. */
function checkText(text: string, name: string, statement: string): void {
  if (typeof text !== 'string') throw new TypeError(`${name}: expected a string, got ${kindOf(text)}`);
  if (!isWellFormed(text)) throw new TypeError(`${name}: expected text without lone surrogates (${statement})`);
  if (text.includes('\0')) throw new TypeError(`${name}: expected text without U+0000 (MQTT-1.5.3-2)`);
  if (text.length > shortUnits) checkLength(encoder.encode(text), name);
}

function checkLength({ length }: Uint8Array, name: string): void {
  if (length > 65_535) throw new TypeError(`${name}: expected at most 65535 bytes, got ${length} (section 1.5.3)`);
}

export const isQos = (value: number): value is Qos => value === 0 || value === 1 || value === 2;

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Of the characters and the length that every server has to take (MQTT-3.1.3-5). */
function newClientId(random: () => number): string {
  let id = 'mqttspec';
  while (id.length < 20) id += alphabet.charAt(Math.floor(random() * alphabet.length));
  return id;
}
