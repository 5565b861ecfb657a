// Faults against section 3.1.2.10: Keep Alive.
import { decode } from '../../reference/codec/decode.ts';
import { Framer } from '../../reference/codec/framer.ts';
import type { Packet, ProtocolLevel } from '../../reference/codec/packet.ts';
import { type Fault, fault } from './fault.ts';

/** Stands for a part of a packet: no PUBACK of a client has this length. */
const part = Uint8Array.of(0x40, 0);

/** Of each chunk that completes no packet the broker is told, once CONNECT has come. */
class ToldOfParts {
  readonly #framer: Framer;
  #isIn = false;

  constructor(maxPacketBytes: number) {
    this.#framer = new Framer({ maxPacketBytes });
  }

  push(chunk: Uint8Array, receive: (frame: Uint8Array) => void): void {
    let packets = 0;
    this.#framer.push(chunk, (frame) => {
      packets++;
      receive(frame);
    });
    if (packets === 0 && this.#isIn) receive(part);
    this.#isIn ||= packets > 0;
  }
}

/** A part is taken as an acknowledgement of nothing. */
const withParts = (frame: Uint8Array, level: ProtocolLevel): Packet =>
  frame === part ? { type: 'puback', packetId: 65_535 } : decode(frame, { level, sentBy: 'client' });

export const keepAliveFaults: readonly Fault[] = [
  fault(
    'keep-alive-never-enforced',
    { title: 'Keep Alive is never enforced', violates: ['MQTT-3.1.2-24'] },
    { rules: { connect: { keepAliveAllowanceMs: () => Number.POSITIVE_INFINITY } } },
  ),
  fault(
    'keep-alive-by-pingreq-alone',
    { title: 'Only PINGREQ resets Keep Alive', violates: ['MQTT-3.1.2-24'] },
    { rules: { connect: { resetsKeepAlive: (type) => type === 'pingreq' } } },
  ),
  fault(
    'keep-alive-without-pingreq',
    { title: 'PINGREQ does not reset Keep Alive', violates: ['MQTT-3.1.2-24', 'MQTT-3.12.4-1'] },
    { rules: { connect: { resetsKeepAlive: (type) => type !== 'pingreq' } } },
  ),
  fault(
    'keep-alive-halved',
    { title: 'A client that sends in time is disconnected after half of Keep Alive', violates: ['MQTT-3.1.2-24'] },
    {
      rules: {
        connect: {
          keepAliveAllowanceMs: (keepAlive) => (keepAlive === 0 ? Number.POSITIVE_INFINITY : keepAlive * 500),
        },
      },
    },
  ),
  fault(
    'keep-alive-reset-by-sending',
    { title: 'What the broker sends resets Keep Alive', violates: ['MQTT-3.1.2-24'] },
    { rules: { connect: { sendingResetsKeepAlive: () => true } } },
  ),
  fault(
    'keep-alive-reset-by-bytes',
    { title: 'A part of a packet resets Keep Alive', violates: ['MQTT-3.1.2-24'], breaks: 'SHOULD' },
    { parts: { framer: (maxPacketBytes) => new ToldOfParts(maxPacketBytes), decode: withParts } },
  ),
  fault(
    'keep-alive-of-new-sessions-alone',
    { title: 'Keep Alive is not enforced upon a client that resumes its session', violates: ['MQTT-3.1.2-24'] },
    () => {
      let resumed = false;
      return {
        rules: {
          connect: {
            forgetsWhenResumed: () => {
              resumed = true;
            },
            keepAliveAllowanceMs: (keepAlive) => {
              const enforced = !resumed && keepAlive > 0;
              resumed = false;
              return enforced ? keepAlive * 1_500 : Number.POSITIVE_INFINITY;
            },
          },
        },
      };
    },
  ),
  fault(
    'keep-alive-without-will',
    { title: 'No will is published when Keep Alive has expired', violates: ['MQTT-3.1.2-8', 'MQTT-3.1.2-24'] },
    { rules: { will: { isDue: (reason) => reason !== 'disconnect' && reason !== 'keep-alive expired' } } },
  ),
];
