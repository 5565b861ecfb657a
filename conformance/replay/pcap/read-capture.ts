// pcap and pcapng files → frames of the link layer. In: the file's bytes. Out: frames with link type and time. A reader of our own: the
// packages in the registry read the old format alone, or need native code, and are no longer looked after.

/** A file that is no capture, or a broken one. The message says where. */
export class CaptureError extends Error {}

export interface Frame {
  /** Number in the file, from 1, as Wireshark counts. */
  readonly number: number;
  /** https://www.tcpdump.org/linktypes.html */
  readonly linkType: number;
  /** Milliseconds since 1970, with fractions. */
  readonly atMs: number;
  /** May be cut by the snapshot length of the capture. */
  readonly bytes: Uint8Array;
  /** How long it was on the wire. */
  readonly originalLength: number;
}

/** Reads every frame. Throws CaptureError. */
export function readCapture(file: Uint8Array): Frame[] {
  if (file.length < 4) throw new CaptureError('the file is too short for a capture');
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const magic = view.getUint32(0);
  if (magic === sectionHeader) return readPcapng(file, view);
  const classic = classicMagics.get(magic);
  if (classic === undefined) throw new CaptureError('the file is neither pcap nor pcapng');
  return readPcap(file, view, classic);
}

/** Whether the bytes begin like a capture. */
export function isCapture(file: Uint8Array): boolean {
  if (file.length < 4) return false;
  const magic = new DataView(file.buffer, file.byteOffset, 4).getUint32(0);
  return magic === sectionHeader || classicMagics.has(magic);
}

interface Classic {
  readonly littleEndian: boolean;
  readonly fractionsPerMs: number;
}

const classicMagics: ReadonlyMap<number, Classic> = new Map([
  [0xa1b2c3d4, { littleEndian: false, fractionsPerMs: 1e3 }],
  [0xd4c3b2a1, { littleEndian: true, fractionsPerMs: 1e3 }],
  [0xa1b23c4d, { littleEndian: false, fractionsPerMs: 1e6 }],
  [0x4d3cb2a1, { littleEndian: true, fractionsPerMs: 1e6 }],
]);

function readPcap(file: Uint8Array, view: DataView, { littleEndian, fractionsPerMs }: Classic): Frame[] {
  if (file.length < 24) throw new CaptureError('the pcap header is cut off');
  const linkType = view.getUint32(20, littleEndian) & 0x0fff_ffff;
  const frames: Frame[] = [];
  let at = 24;
  while (at + 16 <= file.length) {
    const [seconds, fraction, length, originalLength] = [0, 4, 8, 12].map((o) => view.getUint32(at + o, littleEndian));
    const bytes = file.subarray(at + 16, at + 16 + (length ?? 0));
    const atMs = (seconds ?? 0) * 1e3 + (fraction ?? 0) / fractionsPerMs;
    // A capture that was stopped may end within a frame.
    if (bytes.length < (length ?? 0)) break;
    frames.push({ number: frames.length + 1, linkType, atMs, bytes, originalLength: originalLength ?? 0 });
    at += 16 + bytes.length;
  }
  return frames;
}

const sectionHeader = 0x0a0d0d0a;
const interfaceDescription = 1;
const simplePacket = 3;
const enhancedPacket = 6;
const byteOrderMagic = 0x1a2b3c4d;
const timestampResolution = 9;
const timestampOffset = 14;

interface Interface {
  readonly linkType: number;
  readonly snapshotLength: number;
  readonly unitsPerMs: number;
  readonly offsetMs: number;
}

function readPcapng(file: Uint8Array, view: DataView): Frame[] {
  const frames: Frame[] = [];
  let littleEndian = true;
  let interfaces: Interface[] = [];
  let at = 0;
  while (at + 12 <= file.length) {
    const isSection = view.getUint32(at) === sectionHeader;
    if (isSection) {
      littleEndian = view.getUint32(at + 8, true) === byteOrderMagic;
      interfaces = [];
    }
    const type = isSection ? sectionHeader : view.getUint32(at, littleEndian);
    const length = view.getUint32(at + 4, littleEndian);
    if (length < 12 || length % 4 !== 0) throw new CaptureError(`the block at byte ${at} has a length of ${length}`);
    if (at + length > file.length) break;
    const body = {
      file: file.subarray(at + 8, at + length - 4),
      view: new DataView(view.buffer, view.byteOffset + at + 8, length - 12),
    };
    if (type === interfaceDescription) interfaces.push(readInterface(body.view, littleEndian));
    else if (type === enhancedPacket || type === simplePacket) {
      const read = type === enhancedPacket ? readEnhanced : readSimple;
      frames.push(read(body, { littleEndian, interfaces, number: frames.length + 1 }));
    }
    at += length;
  }
  return frames;
}

function readInterface(view: DataView, littleEndian: boolean): Interface {
  let unitsPerMs = 1e3;
  let offsetMs = 0;
  let at = 8;
  while (at + 4 <= view.byteLength) {
    const code = view.getUint16(at, littleEndian);
    const length = view.getUint16(at + 2, littleEndian);
    if (code === 0 || at + 4 + length > view.byteLength) break;
    if (code === timestampResolution && length === 1) {
      const resolution = view.getUint8(at + 4);
      const perSecond = (resolution & 0x80) === 0 ? 10 ** resolution : 2 ** (resolution & 0x7f);
      unitsPerMs = perSecond / 1e3;
    }
    if (code === timestampOffset && length === 8) offsetMs = Number(view.getBigInt64(at + 4, littleEndian)) * 1e3;
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  return {
    linkType: view.getUint16(0, littleEndian),
    snapshotLength: view.getUint32(4, littleEndian),
    unitsPerMs,
    offsetMs,
  };
}

interface Body {
  readonly file: Uint8Array;
  readonly view: DataView;
}
interface Section {
  readonly littleEndian: boolean;
  readonly interfaces: readonly Interface[];
  readonly number: number;
}

function readEnhanced({ file, view }: Body, { littleEndian, interfaces, number }: Section): Frame {
  if (view.byteLength < 20) throw new CaptureError(`frame ${number} is cut off`);
  const [id, high, low, length, originalLength] = [0, 4, 8, 12, 16].map((at) => view.getUint32(at, littleEndian));
  const { linkType, unitsPerMs, offsetMs } = interfaceOf(interfaces, id ?? 0, number);
  const atMs = ((high ?? 0) * 2 ** 32 + (low ?? 0)) / unitsPerMs + offsetMs;
  return { number, linkType, atMs, bytes: file.subarray(20, 20 + (length ?? 0)), originalLength: originalLength ?? 0 };
}

/** A frame without time and interface. */
function readSimple({ file, view }: Body, { littleEndian, interfaces, number }: Section): Frame {
  const { linkType, snapshotLength } = interfaceOf(interfaces, 0, number);
  const originalLength = view.getUint32(0, littleEndian);
  const length = snapshotLength === 0 ? originalLength : Math.min(snapshotLength, originalLength);
  return { number, linkType, atMs: 0, bytes: file.subarray(4, 4 + length), originalLength };
}

function interfaceOf(interfaces: readonly Interface[], id: number, number: number): Interface {
  const found = interfaces[id];
  if (found === undefined) throw new CaptureError(`frame ${number} belongs to interface ${id}, which is not described`);
  return found;
}
