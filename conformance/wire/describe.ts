// Packets in words, for traces and failures: `PUBLISH "a/b" QoS 1 id 7, 4 bytes "once"`.
import type { Packet } from '../../reference/codec/packet.ts';
import type { ObservedFromClient } from './client-observer.ts';
import { type Observed, packetTypeName } from './observer.ts';
import type { Expected } from './packets.ts';

/** Anything of a packet that is known; expected packets leave fields out. */
interface Known {
  readonly type: string;
  readonly packetType?: number;
  readonly packetId?: number;
  readonly qos?: number;
  readonly dup?: boolean;
  readonly retain?: boolean;
  readonly topicName?: string;
  readonly payload?: Uint8Array;
  readonly returnCode?: number;
  readonly sessionPresent?: boolean;
  readonly returnCodes?: readonly number[];
  readonly subscriptions?: readonly { readonly topicFilter: string; readonly qos: number }[];
  readonly topicFilters?: readonly string[];
  readonly clientId?: string;
  readonly cleanSession?: boolean;
  readonly keepAlive?: number;
  readonly protocolLevel?: number;
  readonly will?: { readonly topicName: string; readonly qos: number; readonly retain: boolean };
  readonly userName?: string;
}

/** A packet in words; a packet that is expected is described by the fields that matter. */
export function describePacket(packet: Packet | Observed | ObservedFromClient | Expected): string {
  const known: Known = packet as Known;
  if (known.type === 'foreign') return packetTypeName(known.packetType ?? 0);
  const parts = [known.type.toUpperCase(), ...partsOf(known)].filter((part) => part !== '');
  return parts.join(' ');
}

function partsOf(known: Known): string[] {
  switch (known.type) {
    case 'connect':
      return connectParts(known);
    case 'connack':
      return [
        known.returnCode === undefined ? '' : `return code ${known.returnCode}`,
        known.sessionPresent === undefined ? '' : `session present ${known.sessionPresent ? 1 : 0}`,
      ];
    case 'publish':
      return publishParts(known);
    case 'subscribe':
      return [
        idPart(known),
        ...(known.subscriptions ?? []).map(({ topicFilter, qos }) => `${quote(topicFilter)} QoS ${qos}`),
      ];
    case 'unsubscribe':
      return [idPart(known), ...(known.topicFilters ?? []).map(quote)];
    case 'suback':
      return [idPart(known), known.returnCodes === undefined ? '' : `codes [${known.returnCodes.map(code).join(' ')}]`];
    default:
      return [idPart(known)];
  }
}

const idPart = ({ packetId }: Known): string => (packetId === undefined ? '' : `id ${packetId}`);
const code = (value: number): string => value.toString(16).padStart(2, '0').toUpperCase();

function connectParts(known: Known): string[] {
  return [
    known.protocolLevel === undefined ? '' : `level ${known.protocolLevel}`,
    `client id ${quote(known.clientId ?? '')}`,
    `clean session ${known.cleanSession === false ? 0 : 1}`,
    `keep alive ${known.keepAlive ?? 0}`,
    known.will === undefined
      ? ''
      : `will ${quote(known.will.topicName)} QoS ${known.will.qos}${known.will.retain ? ' retain' : ''}`,
    known.userName === undefined ? '' : `user name ${quote(known.userName)}`,
  ];
}

function publishParts(known: Known): string[] {
  const { topicName, qos, dup, retain, payload } = known;
  return [
    topicName === undefined ? '' : quote(topicName),
    qos === undefined ? '' : `QoS ${qos}`,
    idPart(known),
    dup === undefined ? '' : dup ? 'DUP 1' : 'DUP 0',
    retain === undefined ? '' : retain ? 'RETAIN 1' : 'RETAIN 0',
    payload === undefined ? '' : describePayload(payload),
  ];
}

/** A payload in words: its size, and its text if it is short and printable. */
export function describePayload(payload: Uint8Array): string {
  const size = payload.length === 1 ? '1 byte' : `${payload.length} bytes`;
  if (payload.length === 0) return 'empty payload';
  const text = Buffer.from(payload.subarray(0, 40)).toString('latin1');
  return /^[ -~]+$/.test(text) ? `${size} ${quote(payload.length > 40 ? `${text}…` : text)}` : size;
}

/** Text in quotes, shortened, control characters shown as escapes. */
export function quote(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 60)}… (${text.length} characters)` : text;
  return JSON.stringify(short).replace(/[\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/g, escaped);
}

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
