// CONNECT: section 3.1.
import type { Qos } from '../../message.ts';
import { malformed, type Reader } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import { levels, UnsupportedProtocol } from '../levels.ts';
import type { Connect, ProtocolLevel, Will } from '../packet.ts';

const reserved = 0x01;
const cleanSession = 0x02;
const willFlag = 0x04;
const willQos = 0x18;
const willRetain = 0x20;
const passwordFlag = 0x40;
const userNameFlag = 0x80;

/** Reads behind the fixed header. Throws UnsupportedProtocol for names and levels other than (MQTT, 4) and (MQIsdp, 3). */
export function decodeConnect(reader: Reader): Connect {
  const protocolName = reader.utf8String('Protocol Name', 'MQTT-3.1.4-1');
  const protocolLevel = reader.uint8('Protocol Level', 'MQTT-3.1.4-1');
  if (!isServed(protocolName, protocolLevel)) throw new UnsupportedProtocol(protocolName, protocolLevel);
  const flagsAt = reader.offset;
  const flags = reader.uint8('Connect Flags', 'MQTT-3.1.4-1');
  if (levels[protocolLevel].strictFlags) checkFlags(flags, flagsAt);
  // Not valid at level 3 either.
  if ((flags & userNameFlag) === 0 && (flags & passwordFlag) !== 0) {
    throw malformed('MQTT-3.1.2-22', flagsAt, 'Password Flag 0 without User Name Flag', '1');
  }
  const keepAlive = reader.uint16('Keep Alive', 'MQTT-3.1.4-1');
  const clientId = reader.utf8String('Client Identifier', 'MQTT-3.1.3-3');
  const will = (flags & willFlag) === 0 ? undefined : decodeWill(reader, flags, flagsAt);
  const demanded = levels[protocolLevel].flaggedFieldsDemanded;
  const hasUserName = (flags & userNameFlag) !== 0 && (demanded || !reader.atEnd);
  const userName = hasUserName ? reader.utf8String('User Name', 'MQTT-3.1.2-19') : undefined;
  const hasPassword = (flags & passwordFlag) !== 0 && (demanded || !reader.atEnd);
  const password = hasPassword ? reader.binary('Password', 'MQTT-3.1.2-21', masked) : undefined;
  reader.finish(surplusStatement(flags));
  const connect: Writable<Connect> = {
    type: 'connect',
    protocolLevel,
    cleanSession: (flags & cleanSession) !== 0,
    keepAlive,
    clientId,
  };
  if (will !== undefined) connect.will = will;
  if (userName === undefined) return connect;
  return password === undefined ? Object.assign(connect, { userName }) : Object.assign(connect, { userName, password });
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function isServed(name: string, level: number): level is ProtocolLevel {
  return (level === 4 && name === levels[4].protocolName) || (level === 3 && name === levels[3].protocolName);
}

function checkFlags(flags: number, at: number): void {
  if ((flags & reserved) !== 0) throw malformed('MQTT-3.1.2-3', at, 'bit 0 of Connect Flags to be 0', '1');
  if ((flags & willFlag) === 0) {
    if ((flags & willQos) !== 0)
      throw malformed('MQTT-3.1.2-13', at, 'Will QoS 0 without Will Flag', String((flags & willQos) >> 3));
    if ((flags & willRetain) !== 0) throw malformed('MQTT-3.1.2-15', at, 'Will Retain 0 without Will Flag', '1');
  }
}

function decodeWill(reader: Reader, flags: number, flagsAt: number): Will {
  const qos = (flags & willQos) >> 3;
  if (qos === 3) throw malformed('MQTT-3.1.2-14', flagsAt, 'a Will QoS of 0, 1 or 2', '3');
  const topicName = reader.utf8String('Will Topic', 'MQTT-3.1.2-9');
  const message = reader.binary('Will Message', 'MQTT-3.1.2-9');
  return { topicName, message, qos: qos as Qos, retain: (flags & willRetain) !== 0 };
}

/** What surplus bytes break: the first flag that is 0 says that a field may not be there. */
function surplusStatement(flags: number): string {
  if ((flags & userNameFlag) === 0) return (flags & willFlag) === 0 ? 'MQTT-3.1.2-18' : 'MQTT-3.1.4-1';
  return (flags & passwordFlag) === 0 ? 'MQTT-3.1.2-20' : 'MQTT-3.1.4-1';
}

const masked = (password: Uint8Array): string => `••• (${password.length} bytes)`;

export function encodeConnect(writer: Writer, packet: Connect): void {
  const { will, userName, password } = packet;
  const mark = writer.begin(0x10);
  writer.utf8String(levels[packet.protocolLevel].protocolName);
  writer.uint8(packet.protocolLevel);
  writer.uint8(
    (packet.cleanSession ? cleanSession : 0) |
      (will === undefined ? 0 : willFlag | (will.qos << 3) | (will.retain ? willRetain : 0)) |
      (userName === undefined ? 0 : userNameFlag) |
      (password === undefined ? 0 : passwordFlag),
  );
  writer.uint16(packet.keepAlive);
  // MQTT-3.1.3-1: in this order.
  writer.utf8String(packet.clientId);
  if (will !== undefined) {
    writer.utf8String(will.topicName);
    writer.binary(will.message);
  }
  if (userName !== undefined) writer.utf8String(userName);
  if (password !== undefined) writer.binary(password);
  writer.end(mark);
}
