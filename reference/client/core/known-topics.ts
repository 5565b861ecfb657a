// Topic Names that were checked and encoded before, as they stand in a PUBLISH. In: names. Out: bytes. One table for all clients.
import { type TopicProblem, topicNameProblem } from '../../topics/validate.ts';

/** A table that is full begins anew: a program that publishes to more topics than that gains little from it. */
const most = 8_192;
/** Only short names are worth a place. */
const longestUnits = 256;
const encoder = new TextEncoder();
const loneSurrogate = /\p{Surrogate}/u;
let known: Map<string, Uint8Array> | undefined;
let last: { readonly topicName: string; readonly bytes: Uint8Array } = { topicName: '', bytes: new Uint8Array(0) };

/** Whether a text can be UTF-8 (MQTT-1.5.3-1). */
export const isWellFormed = (text: string): boolean => !loneSurrogate.test(text);

/** A Topic Name as it stands in a packet: its length in two bytes, then UTF-8. Throws TypeError for what is no Topic Name. */
export function topicBytes(topicName: string): Uint8Array {
  if (topicName === last.topicName && topicName !== '') return last.bytes;
  const bytes = known?.get(topicName) ?? learn(topicName);
  last = { topicName, bytes };
  return bytes;
}

function learn(topicName: string): Uint8Array {
  if (typeof topicName !== 'string') throw new TypeError(`expected a Topic Name, got ${String(topicName)}`);
  // MQTT-3.3.2-2, MQTT-4.7.1-1, MQTT-4.7.3-1, MQTT-4.7.3-2, MQTT-4.7.3-3
  const problem = topicNameProblem(topicName);
  if (problem !== undefined) throw badTopic(problem);
  // MQTT-3.3.2-1
  if (!isWellFormed(topicName)) throw new TypeError('expected a Topic Name without lone surrogates (MQTT-3.3.2-1)');
  const text = encoder.encode(topicName);
  const bytes = new Uint8Array(text.length + 2);
  bytes[0] = text.length >> 8;
  bytes[1] = text.length & 255;
  bytes.set(text, 2);
  if (topicName.length > longestUnits) return bytes;
  known ??= new Map();
  if (known.size >= most) known.clear();
  known.set(topicName, bytes);
  return bytes;
}

export const badTopic = ({ expected, actual, statement }: TopicProblem): TypeError =>
  new TypeError(`expected ${expected}, got ${actual} (${statement})`);
