// More messages than there are identifiers.
import { encode } from '../../../../reference/codec/encode.ts';
import type { Packet } from '../../../../reference/codec/packet.ts';
import type { Observed } from '../../../wire/observer.ts';
import { message, puback, pubcomp, publish, pubrec, pubrel } from '../../../wire/packets.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import { scenario } from '../../scenario.ts';

const count = 66_000;
/** Messages that are published in one write; at most two such batches are under way. */
const batch = 250;
/** Who would take longer for all of them is asked for fewer, unless the user wants them all. By then it is known how fast a target is. */
const longest = { ms: 15_000, knownAfterMs: 3_000 };

/** Brings one handshake of each QoS to where only the last acknowledgement is missing; by identifier, that acknowledgement. */
async function holdsOpen(
  { given, when }: Stage,
  { subscriber, publisher, topicName }: { subscriber: Client; publisher: Client; topicName: string },
): Promise<Map<number, Packet>> {
  await when(publisher).publishes({ topicName, payload: 'held at 1', qos: 1 });
  const { packetId: one = 0 } = await given.arrival(subscriber, message('held at 1'));
  const held = new Map<number, Packet>([[one, puback(one)]]);
  if (given.capabilities.maximumQos < 2) return held;
  await when(publisher).publishes({ topicName, payload: 'held at 2', qos: 2 });
  const { packetId: two = 0 } = await given.arrival(subscriber, message('held at 2'));
  await when(subscriber).sends(pubrec(two));
  await given.arrival(subscriber, pubrel(two));
  return held.set(two, pubcomp(two));
}

/** Counts what comes, and acknowledges all that came together in one write. */
class Tally {
  delivered = 0;
  highest = -1;
  inOrder = true;
  /** A message that had no identifier. */
  without: Observed | undefined;
  /** Identifiers in flight that a new message had nevertheless. */
  readonly reused: number[] = [];
  /** The first new message with such an identifier. */
  reusedBy: Observed | undefined;
  readonly #subscriber: Client;
  readonly #held: Map<number, Packet>;

  constructor(subscriber: Client, held: Map<number, Packet>) {
    this.#subscriber = subscriber;
    this.#held = held;
  }

  /** Resolves when so many have been delivered, or nothing more comes. */
  async until(due: number): Promise<void> {
    const { connection } = this.#subscriber;
    while (this.delivered < due && this.reused.length === 0 && connection.isOpen) {
      const came = await connection.waitFor(() => (connection.pending.length > 0 ? true : undefined));
      if (came === undefined && this.#held.size === 0) return;
      const acknowledgements = connection.pending.splice(0).flatMap(({ packet }): Packet[] => {
        if (packet.type !== 'publish' || packet.packetId === undefined) return [];
        if (packet.packetId === 0) this.without ??= packet;
        if (this.#count(packet.packetId, packet.payload)) this.reusedBy ??= packet;
        return [puback(packet.packetId)];
      });
      // A target may wait for the oldest acknowledgement before it goes on.
      if (came === undefined) acknowledgements.push(...this.#release());
      connection.send(...acknowledgements);
    }
  }

  /** Whether a message has an identifier that is in flight. */
  #count(packetId: number, payload: Uint8Array): boolean {
    // A payload of another length is none of ours, or no longer: then a number is missing.
    if (payload.length !== 4) return false;
    const number = new DataView(payload.buffer, payload.byteOffset).getUint32(0);
    // A target that sends messages more than once has delivered nothing new by that.
    if (!this.#subscriber.isRepeatedTo || number > this.highest) this.delivered++;
    if (number > this.highest + 1) this.inOrder = false;
    this.highest = Math.max(this.highest, number);
    if (!this.#held.has(packetId)) return false;
    this.reused.push(packetId);
    return true;
  }

  #release(): Packet[] {
    const owed = [...this.#held.values()];
    this.#held.clear();
    return owed;
  }
}

/** Whether as many messages at once as stand in a batch reach somebody else: a queue may have a limit, and low ones are known. */
async function holdsBursts({ given }: Stage): Promise<boolean> {
  for (let i = 0; i < bursts; i++) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { name: `subscriber of burst ${i}`, qos: 1 });
    const publisher = await given.client({ name: `publisher of burst ${i}` });
    publisher.connection.sendBytes(batches(topicName)(0), `${batch} PUBLISHes at QoS 1`);
    const came = new Set<string>();
    const all = await subscriber.inFlow(() => {
      for (const { packet } of subscriber.connection.pending.splice(0))
        if (packet.type === 'publish') came.add(packet.payload.join());
      return came.size >= batch ? true : undefined;
    });
    if (all !== true) return false;
  }
  return true;
}

const bursts = 3;

/** PUBLISHes at QoS 1 from a number on, as bytes: they differ in identifier and payload, which is their number. */
function batches(topicName: string): (from: number) => Uint8Array {
  const one = encode(publish({ topicName, payload: new Uint8Array(4), qos: 1, packetId: 1 }));
  return (from) => {
    const all = Buffer.alloc(one.length * batch);
    for (let i = 0; i < batch; i++) {
      all.set(one, i * one.length);
      const payloadAt = (i + 1) * one.length - 4;
      all.writeUInt16BE(((from + i) % 65_535) + 1, payloadAt - 2);
      all.writeUInt32BE(from + i, payloadAt);
    }
    return all;
  };
}

export const identifiersWrap = scenario('identifiers-wrap', {
  title: 'After 65,535 messages identifiers begin anew, past those still in flight, and no message is lost',
  cites: { v3: ['MQTT-2.3.1-1', 'MQTT-2.3.1-4', 'MQTT-4.3.2-1', 'MQTT-4.5.0-1', 'MQTT-4.6.0-6'] },
  needs: ['qos 1', 'several in flight'],
  timed: true,
  async play(stage) {
    const { given, must } = stage;
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, {
      qos: given.capabilities.maximumQos,
      acknowledging: 'by hand',
    });
    const publisher = await given.client({ name: 'publisher' });
    const tally = new Tally(subscriber, await holdsOpen(stage, { subscriber, publisher, topicName }));
    given.waitsFor('66,000 messages');
    const numbered = batches(topicName);
    const { connection } = publisher;
    /** How many are published: fewer where all of them would take too long. */
    let goal = count;
    const since = given.now();
    const isTooSlow = (done: number): boolean => {
      const tookMs = given.now() - since;
      return !given.thorough && tookMs > longest.knownAfterMs && tookMs * count > longest.ms * done;
    };
    let acknowledged = 0;
    const acknowledgedUpTo = (due: number): true | undefined => {
      acknowledged += connection.pending.splice(0).filter(({ packet }) => packet.type === 'puback').length;
      return acknowledged >= due ? true : undefined;
    };
    // A queue of the target may have a limit: the subscriber keeps up, but for one batch. Were none under way, a target
    // that holds small segments back until TCP has acknowledged the last one would stall at each batch.
    for (let due = 0; due <= goal; due += batch) {
      if (due < goal) connection.sendBytes(numbered(due), `${batch} PUBLISHes at QoS 1`);
      await Promise.all([connection.waitFor(() => acknowledgedUpTo(due)), tally.until(due)]);
      if (tally.reused.length > 0 || tally.without !== undefined) break;
      // A target that cannot keep up with such a flood is slow, which no statement forbids.
      given.that(acknowledged >= due, `${acknowledged} of ${due} PUBACKs came in time`);
      if (tally.delivered < due) break;
      if (goal === count && due < count && isTooSlow(due)) goal = due + batch;
    }
    const { delivered, highest, inOrder, reused } = tally;
    must(subscriber, 'MQTT-2.3.1-1').satisfy(tally.without === undefined, {
      expected: 'identifiers above 0',
      got: '0',
      by: tally.without,
    });
    must(subscriber, 'MQTT-2.3.1-4', 'MQTT-4.3.2-1').satisfy(reused.length === 0, {
      expected: 'no identifier that is in flight',
      got: `new messages with the identifiers ${reused.join(', ')}, which are in flight`,
      by: tally.reusedBy,
    });
    const isComplete = highest === goal - 1 && delivered >= goal;
    given.that(isComplete || (await holdsBursts(stage)), `of ${batch} messages at once others get lost too`);
    must(subscriber, 'MQTT-4.5.0-1').satisfy(isComplete, {
      expected: `${goal} messages`,
      got: `${delivered}, the last being number ${highest + 1}`,
    });
    must(subscriber, 'MQTT-4.6.0-6').satisfy(inOrder, {
      expected: 'messages in their order, without a gap',
      got: 'a gap',
    });
    if (goal < count)
      given.skip(
        `at its rate beside all other scenarios the target would take longer than ${longest.ms / 1_000} s for the messages that use up all identifiers: --thorough plays them all the same`,
      );
  },
});
