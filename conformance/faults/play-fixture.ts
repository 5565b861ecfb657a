// Plays the client side of a conversation to a broker without sockets, faulty or not. In: a fixture, a fault. Out: what each
// connection got. Time is that of the fixture.
import { SampleBroker, type SampleClient } from '../../reference/broker/core/sample-broker.ts';
import type { Fixture } from '../replay/fixture.ts';
import type { Fault } from './fault.ts';

/** What a connection got from the broker, in the order in which it came. */
export interface Received {
  /** Bytes in hex. */
  readonly hex: string;
  /** Whether the broker has ended the connection while the client had not. */
  readonly closed: boolean;
}

/** What the broker answers to the client side of a conversation, by connection. */
export function playFixture({ events }: Fixture, fault?: Fault): ReadonlyMap<string, Received> {
  const { rules, parts, events: told, authorize } = fault?.options() ?? {};
  const broker = new SampleBroker({
    ...(rules === undefined ? {} : { rules }),
    ...(parts === undefined ? {} : { parts }),
    ...(told === undefined ? {} : { events: told }),
    ...(authorize === undefined ? {} : { authorize }),
  });
  const lines = new Map<string, SampleClient>();
  let nowMs = 0;
  for (const event of events) {
    passTime(broker, { fromMs: nowMs, toMs: event.atMs });
    nowMs = event.atMs;
    if (event.by === 'server') continue;
    if (event.kind === 'open') lines.set(event.connection, broker.dial());
    else if (event.kind === 'bytes') lines.get(event.connection)?.sends(event.bytes);
    else lines.get(event.connection)?.cut();
  }
  const endedByClient = new Set(
    events.filter(({ by, kind }) => by === 'client' && isEnd(kind)).map((e) => e.connection),
  );
  return new Map(
    [...lines].map(([name, line]) => [
      name,
      { hex: inHex(line.takenBytes()), closed: line.closed && !endedByClient.has(name) },
    ]),
  );
}

const sysIntervalMs = 10_000;

/** Lets time go by; every ten seconds the broker publishes how long it has run, as the real one does. */
export function passTime(broker: SampleBroker, { fromMs, toMs }: { fromMs: number; toMs: number }): void {
  broker.advance(toMs - fromMs);
  if (Math.floor(toMs / sysIntervalMs) === Math.floor(fromMs / sysIntervalMs)) return;
  const payload = new TextEncoder().encode(`${Math.floor(toMs / 1_000)} seconds`);
  broker.core.router.publish({ topicName: '$SYS/broker/uptime', payload, qos: 0, retain: true });
  broker.core.flush();
}

/** What the fixture says that each connection got. */
export function capturedAnswers({ events }: Fixture): ReadonlyMap<string, Received> {
  const answers = new Map<string, Received>();
  for (const event of events) {
    const { hex, closed } = answers.get(event.connection) ?? { hex: '', closed: false };
    const bytes = event.kind === 'bytes' && event.by === 'server' ? inHex(event.bytes) : '';
    const ends = event.by === 'server' && isEnd(event.kind);
    answers.set(event.connection, { hex: hex + bytes, closed: closed || ends });
  }
  return answers;
}

const isEnd = (kind: string): boolean => kind === 'fin' || kind === 'rst';
const inHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
