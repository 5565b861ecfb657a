// The public door `mqttspec/codec`: bytes ⇄ packets of MQTT 3.1 and 3.1.1.
export type { ReadField } from './bytes/reader.ts';
export { type DecodeOptions, decode } from './decode.ts';
export { encode, PacketWriter } from './encode.ts';
export { Framer, type FramerOptions } from './framer.ts';
export { type InspectedField, type Inspection, inspect } from './inspect.ts';
export { UnsupportedProtocol } from './levels.ts';
export { type Malformation, MalformedPacket } from './malformed.ts';
export type * from './packet.ts';
export { PacketReader, type PacketReaderOptions, type PacketSink } from './packet-reader.ts';
export { largestPacketBytes, PacketTooLarge } from './partial-frame.ts';
export type { PublishView } from './publish-view.ts';
