// Bytes of the few packets that a load needs, made ahead of the measurement.

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};

function frame(firstByte: number, ...fields: readonly Buffer[]): Buffer {
  const body = Buffer.concat(fields);
  const length: number[] = [];
  let rest = body.length;
  do {
    length.push((rest & 127) | (rest > 127 ? 128 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return Buffer.concat([Buffer.from([firstByte, ...length]), body]);
}

const uint16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);

export const connect = (clientId: string, cleanSession = true): Buffer =>
  frame(0x10, text('MQTT'), Buffer.from([4, cleanSession ? 2 : 0, 0, 0]), text(clientId));

export const subscribe = (packetId: number, topicFilters: readonly string[], qos: number): Buffer =>
  frame(0x82, uint16(packetId), ...topicFilters.flatMap((filter) => [text(filter), Buffer.from([qos])]));

export interface Message {
  readonly topicName: string;
  readonly payload: Buffer;
  readonly qos?: 0 | 1 | 2;
  readonly packetId?: number;
}

export const publish = ({ topicName, payload, qos = 0, packetId = 1 }: Message): Buffer =>
  frame(0x30 | (qos << 1), text(topicName), ...(qos === 0 ? [] : [uint16(packetId)]), payload);

/** The same packet as often as fits into the bytes; once at least. */
export const batchOf = (packet: Buffer, bytes: number): Buffer =>
  Buffer.concat(Array.from({ length: Math.max(1, Math.floor(bytes / packet.length)) }, () => packet));
