// Messages in flight, in the order of first sending (MQTT-4.6.0-1), found by Packet Identifier. In: messages. Out: the same.
// A Map would do, but for the collector: each time that one in steady use is cleaned up it leaves a table behind that keeps everything
// alive that was in it, and the next table too, until the whole heap is looked at.
import type { PacketId } from '../message.ts';
import type { InFlight } from './session-rules.ts';

export interface ReadonlyInFlight {
  readonly size: number;
  get(packetId: PacketId): InFlight | undefined;
  has(packetId: PacketId): boolean;
  values(): readonly InFlight[];
}

/** Identifier and place in the list, for each slot. */
const slotNumbers = 2;
const firstSlots = 16;
/** So many that are gone stay in the list at least, before it is made anew. */
const leastGone = 256;

export class InFlightMessages implements ReadonlyInFlight {
  size = 0;
  /** In order, as far as `#end`; undefined for those that are gone. */
  readonly #list: (InFlight | undefined)[] = [];
  #end = 0;
  /** Open-addressed; an identifier of 0 ends a search. Identifiers mostly follow each other: each finds its own slot. */
  #slots = new Int32Array(firstSlots * slotNumbers);

  get(packetId: PacketId): InFlight | undefined {
    const at = this.#find(packetId);
    return this.#slots[at] === 0 ? undefined : this.#list[this.#slots[at + 1] as number];
  }

  has(packetId: PacketId): boolean {
    return this.#slots[this.#find(packetId)] !== 0;
  }

  values(): readonly InFlight[] {
    return this.#list.filter((entry) => entry !== undefined);
  }

  /** Adds at the end; what has the identifier already is replaced where it is. */
  set(entry: InFlight): void {
    const at = this.#find(entry.packetId);
    if (this.#slots[at] !== 0) this.#list[this.#slots[at + 1] as number] = entry;
    else {
      this.#append(entry, at);
      const isFull = this.size * 2 * slotNumbers > this.#slots.length;
      if (isFull || this.#end - this.size > this.size + leastGone) this.#beginAnew();
    }
  }

  delete(packetId: PacketId): void {
    const at = this.#find(packetId);
    if (this.#slots[at] === 0) return;
    this.#list[this.#slots[at + 1] as number] = undefined;
    this.size--;
    this.#closeGap(at);
  }

  #append(entry: InFlight, at: number): void {
    this.#slots[at] = entry.packetId;
    this.#slots[at + 1] = this.#end;
    this.#list[this.#end++] = entry;
    this.size++;
  }

  /** Where the slot of an identifier is, or where it may go. */
  #find(packetId: PacketId): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = (packetId * slotNumbers) & mask;
    while (slots[at] !== packetId && slots[at] !== 0) at = (at + slotNumbers) & mask;
    return at;
  }

  /** Those behind a slot that gets free move up, where they belong before it. */
  #closeGap(from: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let gap = from;
    for (let at = (gap + slotNumbers) & mask; slots[at] !== 0; at = (at + slotNumbers) & mask) {
      const home = ((slots[at] as number) * slotNumbers) & mask;
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      slots[gap] = slots[at] as number;
      slots[gap + 1] = slots[at + 1] as number;
      gap = at;
    }
    slots[gap] = 0;
  }

  /** Leaves out what is gone, and makes room for as much again. */
  #beginAnew(): void {
    const entries = this.values();
    let length = firstSlots * slotNumbers;
    while (length < entries.length * 4 * slotNumbers) length *= 2;
    if (length === this.#slots.length) this.#slots.fill(0);
    else this.#slots = new Int32Array(length);
    this.#list.fill(undefined, entries.length, this.#end);
    this.#end = 0;
    this.size = 0;
    for (const entry of entries) this.#append(entry, this.#find(entry.packetId));
  }
}
