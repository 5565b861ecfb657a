// A capture → a conversation. In: the bytes of a pcap or pcapng file. Out: events of a fixture, for every TCP connection that begins with
// an MQTT CONNECT, and what was left out.
import type { Fixture, FixtureEvent } from '../fixture.ts';
import { type RecordedConnection, Recording } from '../recording.ts';
import { readCapture } from './read-capture.ts';
import { type Endpoint, type Segment, segmentOf } from './segment.ts';
import { Stream } from './stream.ts';

export interface Imported {
  readonly fixture: Fixture;
  /** What could not be used, in words. */
  readonly remarks: readonly string[];
}

/** Reads a capture; `file` is the name that the fixture's head tells. Throws CaptureError. */
export function importCapture(bytes: Uint8Array, file: string): Imported {
  const events: FixtureEvent[] = [];
  const clock = { atMs: 0 };
  const recording = new Recording({ now: () => clock.atMs, emit: (event) => events.push(event) });
  const flows = new Map<string, Flow>();
  const all: Flow[] = [];
  for (const frame of readCapture(bytes)) {
    const segment = segmentOf(frame);
    if (segment === undefined) continue;
    clock.atMs = Math.max(clock.atMs, segment.atMs);
    const key = flowKey(segment);
    let flow = flows.get(key);
    // The same ports again, after the end: another connection.
    if (flow === undefined || (flow.isOver && isFirst(segment))) {
      flow = new Flow(segment, recording);
      flows.set(key, flow);
      all.push(flow);
    }
    flow.take(segment);
  }
  return {
    fixture: { head: { title: `Imported from ${file}` }, events },
    remarks: all.flatMap((flow) => flow.remarks()),
  };
}

const isFirst = ({ syn, ack }: Segment): boolean => syn && !ack;
const name = ({ address, port }: Endpoint): string => `${address.includes(':') ? `[${address}]` : address}:${port}`;
const flowKey = ({ from, to }: Segment): string => [name(from), name(to)].sort().join(' ');

/** Ports where brokers listen, for captures that begin in the middle of a connection. */
const brokerPorts: ReadonlySet<number> = new Set([1883, 1884, 8883]);

/** Segments of a server that speaks first. */
const mostEarly = 8;

class Flow {
  readonly #client: string;
  readonly #server: string;
  readonly #streams: Readonly<Record<'client' | 'server', Stream>>;
  readonly #ended = new Set<'client' | 'server'>();
  readonly #recorded: RecordedConnection;
  /** What the server said before the client's first bytes were found: captures of several interfaces mix the order. */
  #early: Uint8Array[] = [];
  #begun = false;
  /** Not MQTT, or its beginning is not there. */
  #foreign = false;
  #missing = 0;
  #reset = false;

  constructor(first: Segment, recording: Recording) {
    const opener = isFirst(first) || (!first.syn && !brokerPorts.has(first.from.port));
    this.#client = name(opener ? first.from : first.to);
    this.#server = name(opener ? first.to : first.from);
    this.#recorded = recording.open();
    const stream = (by: 'client' | 'server'): Stream =>
      new Stream(
        (bytes) => this.#received(by, bytes),
        () => this.#end(by, 'fin'),
      );
    this.#streams = { client: stream('client'), server: stream('server') };
  }

  get isOver(): boolean {
    return this.#reset || this.#ended.size === 2;
  }

  take({ from, sequence, syn, fin, rst, payload, missing }: Segment): void {
    const by = name(from) === this.#client ? 'client' : 'server';
    if (syn) return this.#streams[by].begin((sequence + 1) % 2 ** 32);
    this.#missing += missing;
    if (payload.length > 0 || fin) this.#streams[by].take(sequence, payload, fin);
    if (rst && !this.isOver) {
      this.#reset = true;
      this.#end(by, 'rst');
    }
  }

  /** What of this connection could not be used. */
  remarks(): string[] {
    const connection = `${this.#client} to ${this.#server}`;
    if (this.#foreign || this.#early.length > 0)
      return [`${connection}: does not begin with a CONNECT of MQTT, left out`];
    if (this.#missing > 0)
      return [`${connection}: the capture did not keep ${this.#missing} bytes; judged up to there`];
    const gaps = [this.#streams.client, this.#streams.server].some(({ hasGap }) => hasGap);
    return gaps ? [`${connection}: segments are missing; judged up to there`] : [];
  }

  #received(by: 'client' | 'server', bytes: Uint8Array): void {
    if (this.#foreign) return;
    if (this.#foreign) return;
    if (this.#begun) return this.#recorded.bytes(by, bytes);
    if (by === 'server') {
      this.#early.push(bytes);
      this.#foreign = this.#early.length > mostEarly;
      return;
    }
    this.#foreign = !beginsWithConnect(bytes);
    if (this.#foreign) return;
    this.#begun = true;
    this.#recorded.bytes('client', bytes);
    for (const early of this.#early.splice(0)) this.#recorded.bytes('server', early);
  }

  #end(by: 'client' | 'server', how: 'fin' | 'rst'): void {
    this.#ended.add(by);
    if (this.#begun) this.#recorded.ended(by, how);
  }
}

/** CONNECT's first byte, and where the name of the protocol stands, as far as it is there. */
function beginsWithConnect(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x10) return false;
  const text = Buffer.from(bytes.subarray(0, 14)).toString('latin1');
  return bytes.length < 10 || text.includes('MQTT') || text.includes('MQIsdp');
}
