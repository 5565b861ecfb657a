// What a program that embeds the broker may publish. In: a message. Out: what is wrong with it.
import { largestPacketBytes } from '../codec/partial-frame.ts';
import type { Message } from '../message.ts';
import { topicNameProblem } from '../topics/validate.ts';

/** Fixed header, length of the Topic Name, and Packet Identifier. */
const headerBytes = 5 + 2 + 2;

/** Undefined where a PUBLISH can carry it (section 3.3): nobody may come to hold what can be sent to nobody. */
export function messageProblem({ topicName, payload, qos }: Message): string | undefined {
  const problem = topicNameProblem(topicName);
  if (problem !== undefined) return `expected ${problem.expected}, got ${problem.actual} (${problem.statement})`;
  if (qos !== 0 && qos !== 1 && qos !== 2) return `expected QoS 0, 1 or 2, got ${qos} (MQTT-3.3.1-4)`;
  if (!(payload instanceof Uint8Array)) return `expected a payload of bytes, got ${typeof payload}`;
  const most = largestPacketBytes - headerBytes - Buffer.byteLength(topicName);
  return payload.length > most ? `expected a payload of at most ${most} bytes, got ${payload.length}` : undefined;
}
