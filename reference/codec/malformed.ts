// The one error that leaves the decoder.

export interface Malformation {
  /** Number of the statement that the bytes break, e.g. `MQTT-2.3.1-1`, or a section, e.g. `2.2.3`, where the standard gives no number. */
  readonly statement: string;
  /** Offset of the field in bytes, from the start of the packet. */
  readonly offset: number;
  readonly expected: string;
  readonly actual: string;
}

/** Bytes that are no MQTT control packet: `MQTT-2.3.1-1, byte 5: expected a Packet Identifier above 0, got 0`. */
export class MalformedPacket extends Error implements Malformation {
  readonly statement: string;
  readonly offset: number;
  readonly expected: string;
  readonly actual: string;

  constructor({ statement, offset, expected, actual }: Malformation) {
    super(`${statement}, byte ${offset}: expected ${expected}, got ${actual}`);
    this.name = 'MalformedPacket';
    this.statement = statement;
    this.offset = offset;
    this.expected = expected;
    this.actual = actual;
  }
}
