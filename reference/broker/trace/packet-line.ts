// A packet as one line, for people who watch. In: a packet. Out: `PUBLISH topicName="a/b" qos=1 packetId=7 payload=4 bytes "once"`.
import type { Packet } from '../../codec/packet.ts';
import { quote, shortened } from '../log/log-entry.ts';

/** Names in the standard's words. A password is never shown, nor how long it is. */
export function packetLine(packet: Packet): string {
  const { type, ...fields } = packet;
  const parts = Object.entries(fields).map(([name, value]) => `${name}=${shown(name, value)}`);
  return [type.toUpperCase(), ...parts].join(' ');
}

type Value = string | number | boolean | Uint8Array | readonly (number | string)[] | object | undefined;

function shown(name: string, value: Value): string {
  if (name === 'password') return '***';
  if (value instanceof Uint8Array) return payload(value);
  if (typeof value === 'string') return quote(shortened(value, mostCharacters));
  if (Array.isArray(value)) return `[${value.map((one: Value) => shown('', one)).join(', ')}]`;
  if (typeof value !== 'object') return String(value);
  return `{${Object.entries(value)
    .map(([inner, one]) => `${inner}=${shown(inner, one as Value)}`)
    .join(' ')}}`;
}

const mostCharacters = 80;

function payload(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, mostCharacters)).toString('latin1');
  const content = /^[ -~]+$/.test(text) ? ` ${quote(bytes.length > mostCharacters ? `${text}…` : text)}` : '';
  return `${bytes.length} ${bytes.length === 1 ? 'byte' : 'bytes'}${content}`;
}
