// The short way of SUBSCRIBE through a broker whose rules are the standard's: filters that are plain are taken from where they lie in the
// chunk, without a string or an object for each. Whatever is unusual or wrong goes the long way, which knows what to say about it.
import { Buffer } from 'node:buffer';
import type { Qos } from '../../message.ts';
import type { BrokerCore } from './broker-core.ts';
import type { Connection } from './connection.ts';
import type { Session } from './session.ts';
import { hasStandardSubscribing } from './standard.ts';
import { levelsOfOne } from './topic-levels.ts';

const slash = 0x2f;
const plus = 0x2b;
const hash = 0x23;
/** Larger packets, which are rare, go the long way: 3 bytes of header, 2 of Packet Identifier, and a code for each filter fit in here. */
const mostFilters = 4_096;
/** SUBACK: first byte, Remaining Length in 1 or 2 bytes, Packet Identifier, codes (section 3.9). */
const suback = new Uint8Array(5 + mostFilters);
suback[0] = 0x90;

export class ExpressSubscribe {
  readonly #core: BrokerCore;
  /** Whether this way may be gone at all. */
  readonly #isOpen: boolean;

  constructor(core: BrokerCore) {
    const { rules, access } = core;
    this.#core = core;
    this.#isOpen = hasStandardSubscribing(rules) && access.isOpen;
  }

  /** Serves the packet whose body is given; false leaves it to the long way, and nothing of it has happened then. */
  serve(connection: Connection, session: Session, chunk: Uint8Array, bodyAt: number, end: number): boolean {
    const { limits, router, events } = this.#core;
    // Who wants to be told of subscriptions may begin to listen at any time.
    if (!this.#isOpen || events.subscribed !== undefined || session.journal !== undefined || end - bodyAt < 6)
      return false;
    const hasIdentifier = chunk[bodyAt] !== 0 || chunk[bodyAt + 1] !== 0;
    const filters = plainFilters(chunk, bodyAt + 2, end, Math.min(levelsOfOne, limits.maxTopicLevels));
    if (!hasIdentifier || filters === 0 || session.weight + filters > limits.maxSubscriptions) return false;
    const long = filters + 2 > 127;
    const idAt = long ? 3 : 2;
    suback[1] = long ? ((filters + 2) & 127) | 128 : filters + 2;
    if (long) suback[2] = (filters + 2) >> 7;
    suback[idAt] = chunk[bodyAt] as number;
    suback[idAt + 1] = chunk[bodyAt + 1] as number;
    let codeAt = idAt + 2;
    const range = { from: 0, to: 0 };
    for (let at = bodyAt + 2; at < end; ) {
      const to = at + 2 + lengthAt(chunk, at);
      const qos = chunk[to] as Qos;
      range.from = at + 2;
      range.to = to;
      router.subscribePlain(session, chunk, range, qos);
      suback[codeAt++] = qos;
      at = to + 1;
    }
    connection.answer(suback, codeAt);
    if (router.retainedMessages > 0) this.#sendRetained(session, chunk, bodyAt + 2, end);
    return true;
  }

  /** MQTT-3.3.1-6: once the client knows of its subscriptions. */
  #sendRetained(session: Session, chunk: Uint8Array, from: number, end: number): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = from; at < end; ) {
      const to = at + 2 + lengthAt(chunk, at);
      this.#core.router.sendRetained(session, bytes.toString('latin1', at + 2, to), chunk[to] as Qos);
      at = to + 1;
    }
  }
}

const lengthAt = (chunk: Uint8Array, at: number): number => ((chunk[at] as number) << 8) | (chunk[at + 1] as number);

/**
 * How many filters lie in a range that is filters with their Requested QoS; 0 where any is not plain: ASCII, wildcards where they may be
 * (section 4.7.1), and few levels.
 */
function plainFilters(chunk: Uint8Array, from: number, end: number, mostLevels: number): number {
  let filters = 0;
  let at = from;
  while (at < end) {
    if (at + 4 > end || ++filters > mostFilters) return 0;
    const to = at + 2 + lengthAt(chunk, at);
    if (to >= end || to === at + 2 || (chunk[to] as number) > 2) return 0;
    let levels = 1;
    let before = slash;
    for (at += 2; at < to; at++) {
      const byte = chunk[at] as number;
      if (byte === slash) {
        if (++levels > mostLevels) return 0;
      } else if (byte === plus) {
        if (before !== slash || (at + 1 < to && chunk[at + 1] !== slash)) return 0;
      } else if (byte === hash) {
        if (before !== slash || at + 1 < to) return 0;
      } else if (byte === 0 || byte > 127) return 0;
      before = byte;
    }
    if (levels > mostLevels) return 0;
    at = to + 1;
  }
  return filters;
}
