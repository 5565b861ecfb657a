// What the npm package mqtt-packet makes of the bytes of one packet, in our words.
import mqttPacket, { type Packet as TheirPacket } from 'mqtt-packet';
import type { NaivePacket } from '../naive/decoder.ts';

export type PeerReading = { readonly packet: NaivePacket } | { readonly refused: string };

/** Reads the first packet. */
export function readByMqttPacket(bytes: Uint8Array): PeerReading {
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  let reading: PeerReading = { refused: 'no packet' };
  parser.on('packet', (packet: TheirPacket) => {
    reading = { packet: translated(packet) };
  });
  parser.on('error', (error: Error) => {
    reading = { refused: error.message };
  });
  parser.parse(Buffer.from(bytes));
  return reading;
}

function translated(packet: TheirPacket): NaivePacket {
  switch (packet.cmd) {
    case 'connect': {
      const { protocolVersion, clean, keepalive, clientId, will, username, password } = packet;
      return {
        type: 'connect',
        protocolLevel: protocolVersion,
        cleanSession: clean,
        keepAlive: keepalive,
        clientId,
        will: will && { topicName: will.topic, message: owned(will.payload), qos: will.qos, retain: will.retain },
        userName: username,
        password: password && owned(password),
      };
    }
    case 'connack':
      return { type: 'connack', returnCode: packet.returnCode, sessionPresent: packet.sessionPresent };
    case 'publish': {
      const { qos, dup, retain, topic, messageId, payload } = packet;
      const packetId = qos === 0 ? undefined : messageId;
      return { type: 'publish', qos, dup, retain, topicName: topic, packetId, payload: owned(payload) };
    }
    case 'subscribe': {
      const subscriptions = packet.subscriptions.map(({ topic, qos }) => ({ topicFilter: topic, qos }));
      return { type: 'subscribe', packetId: packet.messageId, subscriptions };
    }
    case 'suback':
      return { type: 'suback', packetId: packet.messageId, returnCodes: packet.granted };
    case 'unsubscribe':
      return { type: 'unsubscribe', packetId: packet.messageId, topicFilters: packet.unsubscriptions };
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
    case 'unsuback':
      return { type: packet.cmd, packetId: packet.messageId };
    default:
      return { type: packet.cmd };
  }
}

/** A plain array of bytes: a Buffer would be written down in its own way. */
const owned = (bytes: Buffer | string): Uint8Array =>
  typeof bytes === 'string' ? new TextEncoder().encode(bytes) : new Uint8Array(bytes);
