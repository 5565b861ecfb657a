// Reads what a client sends, packet by packet. In: the bytes of one packet. Out: the packet with what is wrong about it. Lenient, and
// written apart from reference/codec, like the observer of servers beside it.
import type { AnyStatementId } from '../spec/catalogue.ts';
import { type Finding, type Foreign, type ObservedPublish, observePublish, packetTypeName } from './observer.ts';

/** A packet of a client as it came: values outside the standard's ranges are kept. */
export type ObservedFromClient =
  | ObservedConnect
  | ObservedPublish
  | { readonly type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp'; readonly packetId: number }
  | {
      readonly type: 'subscribe';
      readonly packetId: number;
      readonly subscriptions: readonly { readonly topicFilter: string; readonly qos: number }[];
    }
  | { readonly type: 'unsubscribe'; readonly packetId: number; readonly topicFilters: readonly string[] }
  | { readonly type: 'pingreq' | 'disconnect' }
  | Foreign;

export type ObservedConnect = {
  readonly type: 'connect';
  readonly protocolName: string;
  readonly protocolLevel: number;
  readonly cleanSession: boolean;
  /** Seconds. */
  readonly keepAlive: number;
  readonly clientId: string;
};

export interface ObservedClientPacket {
  readonly packet: ObservedFromClient;
  readonly bytes: Uint8Array;
  readonly findings: readonly Finding[];
}

const strictText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenientText = new TextDecoder('utf-8', { ignoreBOM: true });
const acknowledgements = { 4: 'puback', 5: 'pubrec', 6: 'pubrel', 7: 'pubcomp' } as const;

/** Flags of Table 2.2, and the statements that demand them. */
const demandedFlags: Readonly<
  Record<number, { readonly flags: number; readonly statements: readonly AnyStatementId[] }>
> = {
  6: { flags: 2, statements: ['MQTT-2.2.2-1', 'MQTT-3.6.1-1'] },
  8: { flags: 2, statements: ['MQTT-2.2.2-1', 'MQTT-3.8.1-1'] },
  10: { flags: 2, statements: ['MQTT-2.2.2-1', 'MQTT-3.10.1-1'] },
};

/** Reads one packet of a client; bytes that are none become `foreign`. */
export function observeFromClient(bytes: Uint8Array): ObservedClientPacket {
  const first = bytes[0] ?? 0;
  const packetType = first >> 4;
  const findings: Finding[] = [];
  const headerBytes = headerLength(bytes);
  if (headerBytes === undefined) {
    findings.push({ statements: ['MQTT-4.8.0-1'], text: 'the Remaining Length is cut off, or longer than four bytes' });
    return { packet: { type: 'foreign', packetType }, bytes, findings };
  }
  const { flags: demanded, statements } = demandedFlags[packetType] ?? {
    flags: 0,
    statements: ['MQTT-2.2.2-1'] as const,
  };
  if (packetType !== 3 && (first & 15) !== demanded) {
    const text = `flags of ${packetTypeName(packetType)} are ${bits(first & 15)}, demanded are ${bits(demanded)}`;
    findings.push({ statements, text });
  }
  const body = new Body(bytes.subarray(headerBytes.length), findings);
  if (headerBytes.remaining !== body.bytes.length) {
    body.wrong(['MQTT-4.8.0-1'], `${packetTypeName(packetType)} is cut off`);
    return { packet: { type: 'foreign', packetType }, bytes, findings };
  }
  return { packet: observeBody(first, body, findings), bytes, findings };
}

function headerLength(bytes: Uint8Array): { length: number; remaining: number } | undefined {
  let remaining = 0;
  for (let digit = 0; digit < 4; digit++) {
    const byte = bytes[1 + digit];
    if (byte === undefined) return undefined;
    remaining += (byte & 127) * 128 ** digit;
    if (byte < 128) return { length: 2 + digit, remaining };
  }
  return undefined;
}

function observeBody(first: number, body: Body, findings: Finding[]): ObservedFromClient {
  const packetType = first >> 4;
  switch (packetType) {
    case 1:
      return observeConnect(body);
    case 3:
      return observePublish(first, body.bytes, findings);
    case 4:
    case 5:
    case 6:
    case 7: {
      const packetId = body.uint16();
      body.demandEnd(packetTypeName(packetType));
      return packetId === undefined
        ? { type: 'foreign', packetType }
        : { type: acknowledgements[packetType], packetId };
    }
    case 8:
      return observeSubscribe(body);
    case 10:
      return observeUnsubscribe(body);
    case 12:
    case 14:
      body.demandEnd(packetTypeName(packetType));
      return { type: packetType === 12 ? 'pingreq' : 'disconnect' };
    default:
      body.wrong(['MQTT-4.8.0-1'], `${packetTypeName(packetType)} must not travel from client to server (Table 2.1)`);
      return { type: 'foreign', packetType };
  }
}

function observeConnect(body: Body): ObservedFromClient {
  const protocolName = body.text('Protocol Name', []);
  const protocolLevel = body.uint8();
  const flags = body.uint8();
  const keepAlive = body.uint16();
  const foreign = { type: 'foreign', packetType: 1 } as const;
  if (protocolName === undefined || protocolLevel === undefined || flags === undefined || keepAlive === undefined) {
    body.wrong(['MQTT-4.8.0-1'], 'CONNECT is too short for its variable header');
    return foreign;
  }
  const clientId = body.text('Client Identifier', ['MQTT-3.1.3-4']);
  if (clientId === undefined) {
    body.wrong(['MQTT-3.1.3-3'], 'CONNECT has no Client Identifier');
    return foreign;
  }
  const cleanSession = (flags & 2) !== 0;
  const packet = { type: 'connect', protocolName, protocolLevel, cleanSession, keepAlive, clientId } as const;
  // Other levels have other fields.
  if (protocolLevel !== 4) return packet;
  checkConnectFlags(flags, body);
  readFlaggedFields(flags, body);
  if (clientId === '' && !cleanSession)
    body.wrong(['MQTT-3.1.3-7'], 'CONNECT has an empty Client Identifier and Clean Session 0');
  return packet;
}

function checkConnectFlags(flags: number, body: Body): void {
  const will = (flags & 4) !== 0;
  const willQos = (flags >> 3) & 3;
  if (!will && willQos !== 0) body.wrong(['MQTT-3.1.2-13', 'MQTT-3.1.2-11'], `Will QoS is ${willQos} without a will`);
  if (!will && (flags & 0x20) !== 0) body.wrong(['MQTT-3.1.2-15', 'MQTT-3.1.2-11'], 'Will Retain is 1 without a will');
  if (will && willQos === 3) body.wrong(['MQTT-3.1.2-14'], 'Will QoS is 3');
  if ((flags & 0x80) === 0 && (flags & 0x40) !== 0)
    body.wrong(['MQTT-3.1.2-22'], 'Password Flag is 1 and User Name Flag 0');
}

/** The fields behind the Client Identifier, as the flags announce them. */
function readFlaggedFields(flags: number, body: Body): void {
  if ((flags & 4) !== 0) {
    const topic = body.text('Will Topic', ['MQTT-3.1.3-10']);
    const message = topic === undefined ? undefined : body.binary();
    if (message === undefined)
      return body.wrong(['MQTT-3.1.2-9'], 'Will Flag is 1, but will topic or message is missing');
  }
  if ((flags & 0x80) !== 0 && body.text('User Name', ['MQTT-3.1.3-11']) === undefined)
    return body.wrong(['MQTT-3.1.2-19'], 'User Name Flag is 1, but there is no user name');
  if ((flags & 0x40) !== 0 && body.binary() === undefined)
    return body.wrong(['MQTT-3.1.2-21'], 'Password Flag is 1, but there is no password');
  if (body.atEnd) return;
  const missing: AnyStatementId =
    (flags & 0x80) === 0 ? 'MQTT-3.1.2-18' : (flags & 0x40) === 0 ? 'MQTT-3.1.2-20' : 'MQTT-3.1.3-1';
  body.wrong([missing], 'CONNECT has bytes behind the last field that its flags announce');
}

function observeSubscribe(body: Body): ObservedFromClient {
  const packetId = body.newPacketId('SUBSCRIBE');
  if (packetId === undefined) return { type: 'foreign', packetType: 8 };
  const subscriptions: { topicFilter: string; qos: number }[] = [];
  while (!body.atEnd) {
    const topicFilter = body.topicFilter(['MQTT-3.8.3-1']);
    const qos = topicFilter === undefined ? undefined : body.uint8();
    if (topicFilter === undefined || qos === undefined) {
      body.wrong(['MQTT-3.8.3-3'], 'SUBSCRIBE ends within a pair of filter and QoS');
      break;
    }
    subscriptions.push({ topicFilter, qos });
  }
  if (subscriptions.length === 0) body.wrong(['MQTT-3.8.3-3'], 'SUBSCRIBE has no filter');
  return { type: 'subscribe', packetId, subscriptions };
}

function observeUnsubscribe(body: Body): ObservedFromClient {
  const packetId = body.newPacketId('UNSUBSCRIBE');
  if (packetId === undefined) return { type: 'foreign', packetType: 10 };
  const topicFilters: string[] = [];
  while (!body.atEnd) {
    const topicFilter = body.topicFilter(['MQTT-3.10.3-1']);
    if (topicFilter === undefined) {
      body.wrong(['MQTT-3.10.3-1'], 'UNSUBSCRIBE ends within a filter');
      break;
    }
    topicFilters.push(topicFilter);
  }
  if (topicFilters.length === 0) body.wrong(['MQTT-3.10.3-2'], 'UNSUBSCRIBE has no filter');
  return { type: 'unsubscribe', packetId, topicFilters };
}

/** Reads fields of a packet's body; undefined where the bytes end. */
class Body {
  readonly bytes: Uint8Array;
  readonly #findings: Finding[];
  #at = 0;

  constructor(bytes: Uint8Array, findings: Finding[]) {
    this.bytes = bytes;
    this.#findings = findings;
  }

  get atEnd(): boolean {
    return this.#at >= this.bytes.length;
  }

  wrong(statements: readonly AnyStatementId[], text: string): void {
    this.#findings.push({ statements, text });
  }

  demandEnd(name: string): void {
    if (!this.atEnd) this.wrong(['MQTT-4.8.0-1'], `${name} has ${this.bytes.length - this.#at} bytes too many`);
  }

  uint8(): number | undefined {
    return this.bytes[this.#at++];
  }

  uint16(): number | undefined {
    const [high, low] = [this.bytes[this.#at], this.bytes[this.#at + 1]];
    this.#at += 2;
    return high === undefined || low === undefined ? undefined : high * 256 + low;
  }

  /** The identifier of a packet that begins an exchange. */
  newPacketId(name: string): number | undefined {
    const packetId = this.uint16();
    if (packetId === undefined) this.wrong(['MQTT-2.3.1-1'], `${name} has no Packet Identifier`);
    if (packetId === 0) this.wrong(['MQTT-2.3.1-1'], `${name} has Packet Identifier 0`);
    return packetId;
  }

  binary(): Uint8Array | undefined {
    const length = this.uint16();
    if (length === undefined || this.#at + length > this.bytes.length) return undefined;
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }

  /** A string; `statements` ask for its UTF-8, beside those that ask it of every string. */
  text(name: string, statements: readonly AnyStatementId[]): string | undefined {
    const bytes = this.binary();
    if (bytes === undefined) return undefined;
    let text: string;
    try {
      text = strictText.decode(bytes);
    } catch {
      this.wrong(['MQTT-1.5.3-1', ...statements], `${name} is not well-formed UTF-8`);
      return lenientText.decode(bytes);
    }
    if (text.includes('\0')) this.wrong(['MQTT-1.5.3-2'], `${name} holds U+0000`);
    return text;
  }

  topicFilter(statements: readonly AnyStatementId[]): string | undefined {
    const topicFilter = this.text('Topic Filter', statements);
    if (topicFilter === '') this.wrong(['MQTT-4.7.3-1'], 'Topic Filter is empty');
    if (topicFilter?.includes('\0') === true) this.wrong(['MQTT-4.7.3-2'], 'Topic Filter holds U+0000');
    const levels = topicFilter?.split('/') ?? [];
    if (levels.some((level, i) => level.includes('#') && (level !== '#' || i < levels.length - 1)))
      this.wrong(['MQTT-4.7.1-2'], 'Topic Filter has a # that is not the whole last level');
    if (levels.some((level) => level.includes('+') && level !== '+'))
      this.wrong(['MQTT-4.7.1-3'], 'Topic Filter has a + that is not a whole level');
    return topicFilter;
  }
}

const bits = (value: number): string => value.toString(2).padStart(4, '0');
