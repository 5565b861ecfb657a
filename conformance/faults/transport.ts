// Faults in what lies below the packets: storage, WebSocket, segments.
import { Framer } from '../../reference/codec/framer.ts';
import { openMemoryStore } from '../../reference/storage/memory-store.ts';
import { type Fault, fault } from './fault.ts';

/** Where a frame of WebSocket ends the first packet in it. */
const firstPacket = (frame: Uint8Array): Uint8Array => {
  let length = 0;
  let at = 1;
  for (let shift = 0; at < frame.length; shift += 7) {
    const digit = frame[at++] ?? 0;
    length += (digit & 127) << shift;
    if ((digit & 128) === 0) break;
  }
  return frame.subarray(0, at + length);
};

const storage: readonly Fault[] = [
  fault(
    'keeps-in-memory-alone',
    {
      title: 'Whatever it is told to keep is gone when it is restarted',
      violates: ['SHOULD-4.1-a', 'MQTT31-33'],
      breaks: 'SHOULD',
      protocols: ['3.1.1', '3.1'],
    },
    () => ({ data: openMemoryStore() }),
  ),
];

const transport: readonly Fault[] = [
  fault(
    'websocket-text-taken',
    { title: 'Frames of text are taken like binary ones', violates: ['MQTT-6.0.0-1'] },
    { rules: { transport: { reactionToTextFrame: () => 'accept' } } },
  ),
  fault(
    'websocket-text-sent',
    { title: 'MQTT is sent in frames of text', violates: ['MQTT-6.0.0-1'] },
    { rules: { transport: { sendsBinaryFrames: () => false } } },
  ),
  fault(
    'websocket-one-packet-a-frame',
    { title: 'Of each frame the first packet alone is read', violates: ['MQTT-6.0.0-2'] },
    { rules: { transport: { readsOf: firstPacket } } },
  ),
  fault(
    'websocket-whole-packets-alone',
    { title: 'Frames that hold no whole packet are dropped', violates: ['MQTT-6.0.0-2'] },
    {
      rules: {
        transport: {
          readsOf: (frame) =>
            firstPacket(frame).length > frame.length || frame.length < 2 ? new Uint8Array(0) : frame,
        },
      },
    },
  ),
  fault(
    'websocket-first-subprotocol',
    { title: 'The first subprotocol that a client offers is chosen, whatever it is', violates: ['MQTT-6.0.0-4'] },
    { rules: { transport: { subprotocolOf: ([first]) => first } } },
  ),
  fault(
    'websocket-mqtt-alone',
    { title: 'A client that offers another subprotocol too is refused', violates: ['MQTT-6.0.0-4'] },
    {
      rules: {
        transport: { subprotocolOf: (offered) => (offered.length === 1 && offered[0] === 'mqtt' ? 'mqtt' : undefined) },
      },
    },
  ),
  fault(
    'one-packet-a-segment',
    { title: 'Of each segment the first packet alone is read', violates: ['MQTT-7.1.1-1'] },
    {
      parts: {
        framer: (maxPacketBytes) => {
          const framer = new Framer({ maxPacketBytes });
          return {
            push: (chunk, receive) => {
              let packets = 0;
              framer.push(chunk, (frame) => {
                if (packets++ === 0) receive(frame);
              });
            },
          };
        },
      },
    },
  ),
  fault(
    'segments-are-packets',
    { title: 'A segment has to begin with a packet, and end with one', violates: ['MQTT-7.1.1-1'] },
    {
      parts: {
        framer: (maxPacketBytes) => ({
          push: (chunk, receive) => new Framer({ maxPacketBytes }).push(new Uint8Array(chunk), receive),
        }),
      },
    },
  ),
];

export const transportFaults: readonly Fault[] = [...storage, ...transport];
