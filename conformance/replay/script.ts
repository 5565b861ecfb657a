// A captured conversation → what to do and what to expect when it is played again. In: a fixture. Out: acts in their order, free of what
// the standard leaves open: acknowledgements of deliveries follow the deliveries, wherever these come.
import { inspect } from '../../reference/codec/inspect.ts';
import type { Connack, Connect, Packet, ProtocolLevel, Publish } from '../../reference/codec/packet.ts';
import type { Qos } from '../../reference/message.ts';
import type { StatementId } from '../spec/catalogue.ts';
import type { Fixture, FixtureEvent } from './fixture.ts';

/** Answers of a server to one packet of a client. */
export type Reply = Extract<
  Packet,
  { readonly type: 'connack' | 'suback' | 'unsuback' | 'puback' | 'pubrec' | 'pubcomp' | 'pingresp' }
>;

export type Act = { readonly connection: string } & (
  | { readonly kind: 'open' }
  | { readonly kind: 'send'; readonly packets: readonly Packet[] }
  | { readonly kind: 'end'; readonly how: 'FIN' | 'RST' }
  | { readonly kind: 'reply'; readonly packet: Reply }
  /** `publishedQos`: that of the client who published the message, if the capture shows it. */
  | {
      readonly kind: 'delivery';
      readonly message: Publish;
      readonly publishedQos: Qos | undefined;
      readonly because: StatementId;
    }
  /** The server ended the connection on its own account. */
  | { readonly kind: 'ended'; readonly because: 'takeover' | 'refusal' | 'something else' }
);

/** A conversation that makes no sense with another broker, or at another time. */
export class NotReplayable extends Error {}

export interface Script {
  readonly level: ProtocolLevel;
  readonly acts: readonly Act[];
  /** Connections whose client acknowledged what was delivered to it. */
  readonly acknowledging: ReadonlySet<string>;
}

/** What the client sides do, one packet at a time. */
export function scriptOf(fixture: Fixture): Script {
  const reader = new ScriptReader();
  for (const event of fixture.events) reader.take(event);
  return reader.script();
}

/** The same with as many packets in one write as need no answer before. */
export function gathered({ acts, ...rest }: Script): Script {
  const out: Act[] = [];
  for (const act of acts) {
    const at = act.kind === 'send' ? joinable(out, act) : undefined;
    const before = at === undefined ? undefined : out[at];
    if (at === undefined || act.kind !== 'send' || before?.kind !== 'send') out.push(act);
    else out[at] = { ...before, packets: [...before.packets, ...act.packets] };
  }
  return { ...rest, acts: out };
}

/** Index of the write that a packet can join: nothing but answers on its own connection lies between. */
function joinable(acts: readonly Act[], { connection, packets }: Extract<Act, { kind: 'send' }>): number | undefined {
  if (packets.some(({ type }) => type === 'pubrel' || type === 'disconnect')) return undefined;
  for (let i = acts.length - 1; i >= 0; i--) {
    const act = acts[i];
    if (act === undefined || act.connection !== connection) return undefined;
    // Identifiers are free again once they are answered, not before.
    if (act.kind === 'send') return packets.some((packet) => usesId(act.packets, packet)) ? undefined : i;
    if (act.kind !== 'reply' && act.kind !== 'delivery') return undefined;
  }
  return undefined;
}

const usesId = (packets: readonly Packet[], packet: Packet): boolean =>
  'packetId' in packet && packets.some((one) => 'packetId' in one && one.packetId === packet.packetId);

interface Seen {
  connect?: Connect;
  connack?: Connack;
  /** The client has said DISCONNECT, or ended its direction. */
  gone: boolean;
  /** Identifiers of QoS 2 messages that the client sent. */
  readonly exchanges: Set<number>;
  readonly openedAt: number;
}

class ScriptReader {
  readonly #acts: Act[] = [];
  readonly #seen = new Map<string, Seen>();
  readonly #acknowledging = new Set<string>();
  /** When a message was published first, by topic and payload. */
  readonly #publishedAt = new Map<string, number>();
  readonly #wills = new Set<string>();
  /** QoS at which a message was published last, by topic and payload. */
  readonly #publishedQos = new Map<string, Qos>();
  #place = 0;

  take(event: FixtureEvent): void {
    this.#place++;
    const { connection } = event;
    if (event.kind === 'open') {
      this.#seen.set(connection, { gone: false, exchanges: new Set(), openedAt: this.#place });
      this.#acts.push({ connection, kind: 'open' });
      return;
    }
    const seen = this.#seen.get(connection);
    if (seen === undefined) return;
    if (event.kind === 'bytes') {
      const level = seen.connect?.protocolLevel ?? 4;
      const { packet } = inspect(event.bytes, { level, sentBy: event.by });
      if (packet === undefined)
        throw new NotReplayable(`${connection}, line ${event.line}: only well-formed packets can be replayed`);
      if (event.by === 'client') this.#sent(connection, seen, packet);
      else this.#received(connection, seen, packet);
    } else if (event.by === 'client') this.#clientEnds(connection, seen, event.kind === 'fin' ? 'FIN' : 'RST');
    else this.#serverEnds(connection, seen);
  }

  script(): Script {
    const level = [...this.#seen.values()].some(({ connect }) => connect?.protocolLevel === 3) ? 3 : 4;
    return { level, acts: this.#acts, acknowledging: this.#acknowledging };
  }

  #sent(connection: string, seen: Seen, packet: Packet): void {
    const reserved = topicsOf(packet).find((topic) => topic.startsWith('$'));
    if (reserved !== undefined)
      throw new NotReplayable(
        `${connection}: topics of the broker's own, such as "${reserved}", are not the same elsewhere`,
      );
    switch (packet.type) {
      case 'puback':
      case 'pubrec':
      case 'pubcomp':
        // Whoever acknowledges does so when the delivery comes.
        this.#acknowledging.add(connection);
        return;
      case 'connect':
        seen.connect = packet;
        if (packet.will !== undefined) this.#will(packet.will);
        break;
      case 'publish': {
        const key = contents(packet.topicName, packet.payload);
        if (!this.#publishedAt.has(key)) this.#publishedAt.set(key, this.#place);
        this.#publishedQos.set(key, packet.qos);
        if (packet.qos === 2) seen.exchanges.add(packet.packetId);
        break;
      }
      case 'disconnect':
        seen.gone = true;
        break;
      default:
        break;
    }
    this.#acts.push({ connection, kind: 'send', packets: [packet] });
  }

  #will({ topicName, message, qos }: NonNullable<Connect['will']>): void {
    const key = contents(topicName, message);
    this.#wills.add(key);
    this.#publishedQos.set(key, qos);
  }

  #received(connection: string, seen: Seen, packet: Packet): void {
    switch (packet.type) {
      case 'connack':
        seen.connack = packet;
        this.#acts.push({ connection, kind: 'reply', packet });
        return;
      case 'puback':
        if (seen.exchanges.delete(packet.packetId)) return this.#exchange(connection, packet.packetId);
        this.#acts.push({ connection, kind: 'reply', packet });
        return;
      case 'suback':
      case 'unsuback':
      case 'pubrec':
      case 'pubcomp':
      case 'pingresp':
        this.#acts.push({ connection, kind: 'reply', packet });
        return;
      case 'publish':
        this.#acts.push({
          connection,
          kind: 'delivery',
          message: packet,
          publishedQos: this.#publishedQos.get(contents(packet.topicName, packet.payload)),
          because: this.#reason(seen, packet),
        });
        return;
      default:
        return;
    }
  }

  /** A broker that answers QoS 2 by PUBACK breaks the standard: what a client does with one that does not stands in its place. */
  #exchange(connection: string, packetId: number): void {
    this.#acts.push(
      { connection, kind: 'reply', packet: { type: 'pubrec', packetId } },
      { connection, kind: 'send', packets: [{ type: 'pubrel', packetId }] },
      { connection, kind: 'reply', packet: { type: 'pubcomp', packetId } },
    );
  }

  /** What a target violates that does not deliver the message. */
  #reason({ openedAt }: Seen, { topicName, payload, retain }: Publish): StatementId {
    const key = contents(topicName, payload);
    if (retain) return 'MQTT-3.3.1-6';
    if (this.#wills.has(key)) return 'MQTT-3.1.2-8';
    return (this.#publishedAt.get(key) ?? openedAt) < openedAt ? 'MQTT-3.1.2-5' : 'MQTT-4.5.0-1';
  }

  #clientEnds(connection: string, seen: Seen, how: 'FIN' | 'RST'): void {
    seen.gone = true;
    this.#acts.push({ connection, kind: 'end', how });
  }

  #serverEnds(connection: string, seen: Seen): void {
    if (seen.gone) return;
    seen.gone = true;
    this.#acts.push({ connection, kind: 'ended', because: this.#whyEnded(connection, seen) });
  }

  #whyEnded(connection: string, { connect, connack, openedAt }: Seen): 'takeover' | 'refusal' | 'something else' {
    if (connack !== undefined && connack.returnCode !== 0) return 'refusal';
    const clientId = connect?.clientId ?? '';
    const twin =
      clientId !== '' &&
      [...this.#seen].some(
        ([other, seen]) => other !== connection && seen.openedAt > openedAt && seen.connect?.clientId === clientId,
      );
    return twin ? 'takeover' : 'something else';
  }
}

function topicsOf(packet: Packet): readonly string[] {
  switch (packet.type) {
    case 'publish':
      return [packet.topicName];
    case 'subscribe':
      return packet.subscriptions.map(({ topicFilter }) => topicFilter);
    case 'unsubscribe':
      return packet.topicFilters;
    case 'connect':
      return packet.will === undefined ? [] : [packet.will.topicName];
    default:
      return [];
  }
}

/** A message by what it says. */
export const contents = (topicName: string, payload: Uint8Array): string =>
  `${topicName}\n${Buffer.from(payload).toString('latin1')}`;
