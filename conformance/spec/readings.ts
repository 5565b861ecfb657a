// Sentences of the standard that are honestly disputed: how they can be read, who reads them so, and what we take by default.
import type { StatementId } from './catalogue.ts';

export interface Reading {
  /** Kebab-case; `--reading <question>=<name>` chooses it. */
  readonly name: string;
  /** What it demands. */
  readonly says: string;
  /** Whose behaviour or text follows it. */
  readonly heldBy: string;
}

export interface Dispute {
  /** Kebab-case. */
  readonly id: string;
  readonly statements: readonly [StatementId, ...StatementId[]];
  readonly question: string;
  /** The first one is the default. */
  readonly readings: readonly [Reading, Reading];
}

export const disputes = [
  {
    id: 'connect-refusal',
    statements: ['MQTT-3.1.4-1'],
    question: 'May a malformed CONNECT be answered by a CONNACK that refuses, ahead of the close?',
    readings: [
      {
        name: 'silence',
        says: 'the close comes without any CONNACK',
        heldBy: 'the letter of 3.1.4-1; mosquitto and aedes keep silent',
      },
      {
        name: 'remark',
        says: 'the close is what counts; a nonzero CONNACK ahead of it is worth a remark',
        heldBy: 'RabbitMQ answers so, and section 3.1.4 itself asks for a CONNACK where later checks fail',
      },
    ],
  },
  {
    id: 'misplaced-wildcard',
    statements: ['MQTT-4.7.1-2', 'MQTT-4.7.1-3'],
    question: 'May a filter with a misplaced wildcard be refused by SUBACK 0x80?',
    readings: [
      {
        name: 'refusal',
        says: 'the filter must not be granted; 0x80 does that as well as a close',
        heldBy: 'section 3.9.3, which lets a server refuse any filter; aedes for misplaced "#"',
      },
      {
        name: 'close',
        says: 'the filter breaks a MUST, and 4.8.0-1 answers protocol violations by a close alone',
        heldBy: 'the letter of 4.8.0-1; mosquitto closes',
      },
    ],
  },
  {
    id: 'part-of-a-packet',
    statements: ['MQTT-3.1.2-24'],
    question: 'Does a part of a Control Packet that never becomes whole keep a client alive?',
    readings: [
      {
        name: 'counts',
        says: 'bytes show that the client is there; that they keep it connected without end is worth a remark',
        heldBy: 'RabbitMQ, ejabberd and ActiveMQ, which count bytes',
      },
      {
        name: 'counts-not',
        says: 'a Control Packet has to be received, and a part is none',
        heldBy: 'the letter of 3.1.2-24; aedes, and mosquitto where less than 1,000 bytes are still to come',
      },
    ],
  },
  {
    id: 'dup-at-qos-0',
    statements: ['MQTT-3.3.1-2', 'MQTT-4.8.0-1'],
    question: 'Has a receiver to close upon DUP 1 at QoS 0?',
    readings: [
      {
        name: 'close',
        says: 'DUP 1 at QoS 0 is a protocol violation, which 4.8.0-1 answers by a close',
        heldBy: 'the letter of 3.3.1-2 with 4.8.0-1',
      },
      {
        name: 'sender-alone',
        says: 'the sentence binds senders; a receiver may ignore the flag',
        heldBy: 'mosquitto, aedes, RabbitMQ and ejabberd, which all take such a PUBLISH',
      },
    ],
  },
  {
    id: 'cut-short',
    statements: ['MQTT-4.8.0-1'],
    question: 'May a parser wait for the bytes that a field announces beyond the end of its packet?',
    readings: [
      {
        name: 'wait',
        says: 'nothing of the packet happens, so the wait is harmless and worth a warning',
        heldBy: 'parsers that read fields from the stream, such as that of mosca',
      },
      {
        name: 'close',
        says: 'Remaining Length ends the packet: its field is malformed, and the connection is closed',
        heldBy: 'the letter of 2.2.3 and 4.8.0-1; most brokers',
      },
    ],
  },
  {
    id: 'malformed-disconnect',
    statements: ['MQTT-3.14.1-1'],
    question: 'Is the will due after a DISCONNECT with reserved flags?',
    readings: [
      {
        name: 'either',
        says: 'the client is disconnected, which is all that 3.14.1-1 asks for; a will that does not come is worth a remark',
        heldBy: 'RabbitMQ and ActiveMQ, which take it for a DISCONNECT',
      },
      {
        name: 'will',
        says: 'what breaks the format is no DISCONNECT: the connection ends without one, and the will is due (3.1.2-8)',
        heldBy: 'the letter of 3.14.1-1 with 3.1.2.5; mosquitto and aedes',
      },
    ],
  },
  {
    id: 'connack-of-mqtt-5',
    statements: ['MQTT-3.1.2-2'],
    question: 'May a broker that speaks MQTT 5 as well answer level 6 and above by its CONNACK 0x84?',
    readings: [
      {
        name: 'allowed',
        says: 'MQTT 5 allows it, and no client of 3.1.1 sends such a level',
        heldBy: 'brokers that speak MQTT 5',
      },
      {
        name: 'code-1-alone',
        says: 'a server that does not support a level answers with return code 0x01',
        heldBy: 'the letter of 3.1.2-2',
      },
    ],
  },
  {
    id: 'late-keep-alive',
    statements: ['MQTT-3.1.2-24'],
    question: 'May a client that is silent be disconnected later than after one and a half times its Keep Alive?',
    readings: [
      {
        name: 'late',
        says: 'from then on it has to be disconnected, however late; how late is recorded',
        heldBy: 'mosquitto, whose timer looks every 5 s, ActiveMQ (2.5 intervals) and RabbitMQ (3 intervals)',
      },
      {
        name: 'prompt',
        says: 'it is disconnected then, within a second for the timer',
        heldBy: 'the letter of 3.1.2-24; aedes and ejabberd',
      },
    ],
  },
  {
    id: 'empty-will-topic',
    statements: ['MQTT-4.7.3-1'],
    question: 'Has a CONNECT with an empty will topic to be closed upon?',
    readings: [
      {
        name: 'close',
        says: 'a will topic is a Topic Name and has at least one character; who accepts an empty one owes a will that nobody may publish',
        heldBy: 'the letter of 4.7.3-1 with 3.1.2-8 and 4.8.0-1; mosquitto and ejabberd refuse it',
      },
      {
        name: 'unpublished',
        says: 'only what is published has a Topic Name; a will that never is published is worth a remark',
        heldBy: 'section 3.1.3.2, which asks for UTF-8 alone; aedes, RabbitMQ and ActiveMQ accept it',
      },
    ],
  },
] as const satisfies readonly Dispute[];

export type DisputeId = (typeof disputes)[number]['id'];
export type ReadingName = (typeof disputes)[number]['readings'][number]['name'];

/** What was chosen, by the question's id; what is left out is read by default. */
export type ChosenReadings = Partial<Readonly<Record<DisputeId, ReadingName>>>;

/** A reading that nobody can choose: what there is instead. */
export class UnknownReading extends Error {}

/** Parses `dup-at-qos-0=sender-alone`. Throws UnknownReading. */
export function parseReading(text: string): ChosenReadings {
  const [id = '', name = ''] = text.split('=');
  const dispute = (disputes as readonly Dispute[]).find((one) => one.id === id);
  if (dispute === undefined)
    throw new UnknownReading(`no disputed sentence is called ${id}: use ${disputes.map((one) => one.id).join(', ')}`);
  const names = dispute.readings.map((reading) => reading.name);
  if (!names.includes(name)) throw new UnknownReading(`${id} can be read as ${names.join(' or ')}, not as ${name}`);
  return { [id]: name } as ChosenReadings;
}

/** The reading in force. */
export function readingOf(id: DisputeId, chosen: ChosenReadings): Reading {
  const { readings } = disputes.find((one) => one.id === id) as Dispute;
  return readings.find(({ name }) => name === chosen[id]) ?? readings[0];
}

/** In words, for a report: what the other reading would make of it. */
export function otherReading(id: DisputeId, chosen: ChosenReadings): string {
  const { readings } = disputes.find((one) => one.id === id) as Dispute;
  const current = readingOf(id, chosen);
  const other = readings.find((one) => one !== current) as Reading;
  return `read as "${current.name}": ${current.says}; read as "${other.name}": ${other.says} (--reading ${id}=${other.name})`;
}
