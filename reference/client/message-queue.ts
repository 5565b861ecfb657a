// Messages that came and that nobody has read yet. In: messages, one after the other. Out: the same, as an asynchronous iterator.
import type { ReceivedMessage } from './core/received-message.ts';

/** What a queue tells when it is full, and when it is not any more. */
export interface Valve {
  full(): void;
  drained(): void;
}

export interface QueueLimits {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

type Result = IteratorResult<ReceivedMessage, undefined>;

interface Reader {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

const over: Result = { value: undefined, done: true };

/** Grows beyond its limits by what is read in one turn, never further: then the stream is stopped. Not before anybody can read, nor behind its end. */
export class MessageQueue implements AsyncIterator<ReceivedMessage, undefined> {
  readonly #valve: Valve;
  readonly #limits: QueueLimits;
  #messages: ReceivedMessage[] = [];
  #first = 0;
  #bytes = 0;
  #isFull = false;
  /** Whether SUBACK has come: before, nobody has a subscription to read, and SUBACK would lie behind what is stopped. */
  #isReadable = false;
  readonly #readers: Reader[] = [];
  #ended: { readonly error: unknown } | undefined;

  constructor(valve: Valve, limits: QueueLimits) {
    this.#valve = valve;
    this.#limits = limits;
  }

  get length(): number {
    return this.#messages.length - this.#first;
  }

  push(message: ReceivedMessage): void {
    if (this.#ended !== undefined) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) return reader.resolve({ value: message, done: false });
    this.#messages.push(message);
    this.#bytes += message.payload.length;
    this.#look();
  }

  /** From now on somebody can read. */
  readable(): void {
    this.#isReadable = true;
    this.#look();
  }

  next(): Promise<Result> {
    if (this.length > 0) return Promise.resolve({ value: this.#take(), done: false });
    if (this.#ended?.error !== undefined) return Promise.reject(this.#ended.error);
    if (this.#ended !== undefined) return Promise.resolve(over);
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
  }

  /** No message comes any more, so that nothing is to be stopped. What is there can still be read; with an error, the next read fails behind it. */
  end(error?: unknown): void {
    if (this.#ended !== undefined) return;
    this.#ended = { error };
    this.#open();
    for (const reader of this.#readers.splice(0)) {
      if (error === undefined) reader.resolve(over);
      else reader.reject(error);
    }
  }

  /** Drops what nobody will read. */
  clear(): void {
    this.#messages = [];
    this.#first = 0;
    this.#bytes = 0;
    this.#open();
  }

  #look(): void {
    if (this.#isFull || !this.#isReadable || this.#ended !== undefined) return;
    const { maxMessages, maxBytes } = this.#limits;
    if (this.length < maxMessages && this.#bytes < maxBytes) return;
    this.#isFull = true;
    this.#valve.full();
  }

  #take(): ReceivedMessage {
    const message = this.#messages[this.#first++] as ReceivedMessage;
    this.#bytes -= message.payload.length;
    if (this.#first === this.#messages.length) {
      this.#messages = [];
      this.#first = 0;
    } else if (this.#first > 1_024 && this.#first * 2 > this.#messages.length) {
      // Shifting an array costs its length: the front is cut off now and then.
      this.#messages = this.#messages.slice(this.#first);
      this.#first = 0;
    }
    const { maxMessages, maxBytes } = this.#limits;
    if (this.#isFull && this.length * 2 < maxMessages && this.#bytes * 2 < maxBytes) this.#open();
    return message;
  }

  #open(): void {
    if (!this.#isFull) return;
    this.#isFull = false;
    this.#valve.drained();
  }
}
